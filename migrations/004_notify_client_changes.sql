-- Every instance drops a changed client from memory at once (LISTEN oauth_clients_changed).

CREATE FUNCTION oauth_clients_notify() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('oauth_clients_changed', OLD.client_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('oauth_clients_changed', NEW.client_id);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER oauth_clients_notify AFTER INSERT OR UPDATE OR DELETE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION oauth_clients_notify();

CREATE FUNCTION oauth_clients_touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TRIGGER oauth_clients_touch BEFORE UPDATE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION oauth_clients_touch();
