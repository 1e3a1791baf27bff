namespace OAuthServer.UnitTests.Documentation;

/// <summary>What stands on docs/configuration.md before and after the settings of the server itself.</summary>
internal static class ConfigurationText
{
    public const string Head = """
        # Configuration

        Settings come from `appsettings.json`, `appsettings.{Environment}.json`, environment variables and the command
        line; what comes later wins. Levels are written with a colon in files' keys and on the command line
        (`--OAuth:Issuer=…`), and with two underscores in environment variables. A wrong value, or a key that does not
        exist, stops the server before it listens, with exit code 2 and every fault listed at once
        ([startup errors](operations/startup-errors.md)). `OAuthServer doctor` checks the same without starting. Settings
        are read once, at the start.

        A *time* is `d.hh:mm:ss`, for example `00:15:00` or `90.00:00:00`. A *list* has numbered keys (`…__0`, `…__1`);
        of two sources that have the same number, the later one wins, member by member. This page is written by the
        tests from the options classes: run `ConfigurationPageTests` with `OAUTH_WRITE_DOCS=1` after changing one.

        ## ConnectionStrings

        - `ConnectionStrings:OAuthServer` or `ConnectionStrings__OAuthServer`
          - Text, default none; in Development a private PostgreSQL. Allowed: an Npgsql connection string with a
            `Host`.
          - Where the PostgreSQL database (15 or newer) is.
        - `ConnectionStrings:OAuthServerListen` or `ConnectionStrings__OAuthServerListen`
          - Text, default none. Allowed: like the other one.
          - The same database without a pooler, for the one connection that waits for notifications.
        - `ConnectionStrings:OAuthServerPasswordFile` or `ConnectionStrings__OAuthServerPasswordFile`
          - Text, default none. Allowed: a file, and no password in the connection strings.
          - A file with the password, read for each new connection: a rotated one needs no restart.
        - `ConnectionStrings:OAuthServerPasswordSecret` or `ConnectionStrings__OAuthServerPasswordSecret`
          - Text, default none. Allowed: the name or ARN of a secret, and neither a file nor a password in the
            connection strings.
          - A secret in AWS Secrets Manager, found as the signing keys are (`SigningKeys:Region`,
            `SigningKeys:ServiceUrl`): the password, or JSON with a member `password`, as RDS writes it.

        Useful parts of it: `Maximum Pool Size` (100 for each instance; the database's `max_connections` has to hold
        them all), `SSL Mode=VerifyFull` with `Root Certificate`, `Timeout` (5 seconds for a connection), `Command
        Timeout` (5 seconds for an answer), `Max Auto Prepare=0` behind a pooler in transaction mode, and
        `Host=a,b;Target Session Attributes=primary` for a pair with failover. Statements are prepared by themselves.

        """;

    public const string Tail = """

        ## The host

        What ASP.NET Core and the libraries read themselves. These are names of environment variables.

        - `ASPNETCORE_ENVIRONMENT`, default `Production`. `Development` migrates at the start, makes demo clients and
          people with published passwords, and keeps keys in files: never where others can reach it.
        - `ASPNETCORE_URLS`, default none. Where to listen, for example `http://*:8080`.
        - `ASPNETCORE_HTTP_PORTS`, `ASPNETCORE_HTTPS_PORTS`, default none; 8080 in the image. Ports on every address,
          used when there are no URLs. Without any of the three: `http://localhost:5000`; in Development the issuer,
          if it is on this machine.
        - `Kestrel__Endpoints__…`, default none. Kestrel's own section, for example a certificate; goes before the
          above.
        - `Serilog__MinimumLevel__Default`, default `Information`. `Debug`, `Information`, `Warning` or `Error`;
          `Serilog__MinimumLevel__Override__NAMESPACE` for a part. Secrets and query strings are written at no level.
        - `AllowedHosts`, default `*`. Hosts that are answered, apart by semicolons (`*.example.com` for all below one);
          others get 400. The issuer's host is answered in any case, and health endpoints whatever a probe calls this
          machine. No URL is made from the host of a request, so this is a second line of defence only.

        ## AWS

        Credentials and region for Secrets Manager are found the way the AWS SDK finds them: environment, shared
        profile, web identity, container, instance. The usual variables:

        - `AWS_REGION`, `AWS_DEFAULT_REGION`: the region, when `SigningKeys:Region` is not set. One of the three is
          required for Secrets Manager, unless `SigningKeys:ServiceUrl` is set.
        - `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`: static or temporary credentials.
        - `AWS_ROLE_ARN`, `AWS_WEB_IDENTITY_TOKEN_FILE`: a role by web identity, as Kubernetes sets them.
        - `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, `AWS_CONTAINER_CREDENTIALS_FULL_URI`: a task's role, as ECS and EKS
          set them.
        - `AWS_PROFILE`, `AWS_SHARED_CREDENTIALS_FILE`: a profile of the shared files.

        ## OpenTelemetry

        Metrics and traces are exported by OTLP as soon as an endpoint is set, and not before. The exporter reads the
        variables of the OpenTelemetry specification, among them:

        - `OTEL_EXPORTER_OTLP_ENDPOINT`, default none: nothing is exported. Where the collector is, for example
          `http://collector:4317`. `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` and `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` are
          for one signal alone.
        - `OTEL_METRICS_EXPORTER`, `OTEL_TRACES_EXPORTER`, default `otlp`. `none` leaves the signal out.
        - `OTEL_SDK_DISABLED`, default `false`. `true` exports nothing, whatever else is set.
        - `OTEL_EXPORTER_OTLP_PROTOCOL`, default `grpc`, or `http/protobuf` (port 4318).
        - `OTEL_EXPORTER_OTLP_HEADERS`, default none. `name=value,…`, for example a key of the collector's.
        - `OTEL_EXPORTER_OTLP_TIMEOUT`, default `10000` milliseconds.
        - `OTEL_METRIC_EXPORT_INTERVAL`, default `60000` milliseconds between two exports of metrics.
        - `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`: how this server is called there.
        - `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`, default `parentbased_always_on`. Which requests are traced.

        """;
}
