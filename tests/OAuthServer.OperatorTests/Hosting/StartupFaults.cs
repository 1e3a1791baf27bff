namespace OAuthServer.OperatorTests.Hosting;

/// <summary>The faults that docs/operations/startup-errors.md lists.</summary>
internal static class StartupFaults
{
    /// <summary>Settings of a server of Production that is right in all else.</summary>
    public static readonly StartupFault[] Settings =
    [
        new("No issuer", "OAuth__Issuer=",
            "OAuth:Issuer is required: the https URL under which clients reach this server, for example "
            + "https://login.example.com."),
        new("An issuer without TLS", "OAuth__Issuer=http://login.example.com",
            "OAuth:Issuer must be https; http is for a loopback host in Development only (RFC 6749 §3.1). It "
            + "is \"http://login.example.com\"."),
        new("An issuer with a slash at its end", "OAuth__Issuer=https://login.example.com/",
            "OAuth:Issuer must not end with a slash: clients compare it byte for byte (RFC 8414 §3.3). It is "
            + "\"https://login.example.com/\"."),
        new("A password in the issuer", "OAuth__Issuer=https://me:secret@login.example.com",
            "OAuth:Issuer must have no user information."),
        new("A misspelt key", "OAuth__Isuer=https://login.example.com",
            "OAuth:Isuer: there is no setting 'Isuer'. Did you mean Issuer?"),
        new("A misspelt section", "OAuht__AccessTokenLifetime=00:15:00",
            "OAuht: there is no section 'OAuht'. Did you mean OAuth?"),
        new("One underscore", "OAuth_AccessTokenLifetime=00:15:00",
            "OAuth_AccessTokenLifetime: there is no setting 'OAuth_AccessTokenLifetime'. Levels are two "
            + "underscores apart: did you mean OAuth__AccessTokenLifetime?"),
        new("A time with a unit", "OAuth__AccessTokenLifetime=15m",
            "OAuth:AccessTokenLifetime must be a time, written d.hh:mm:ss or hh:mm:ss, such as 00:15:00. Did "
            + "you mean 00:15:00? It is \"15m\"."),
        new("A time as a number", "OAuth__AccessTokenLifetime=900",
            "OAuth:AccessTokenLifetime must be a time, written d.hh:mm:ss or hh:mm:ss, such as 00:15:00; a "
            + "number alone would be days. It is \"900\"."),
        new("A time in words", "OAuth__RefreshTokenLifetime=one week",
            "OAuth:RefreshTokenLifetime must be a time, written d.hh:mm:ss or hh:mm:ss, such as 00:15:00. It "
            + "is \"one week\"."),
        new("A time that is too long", "OAuth__AccessTokenLifetime=02:00:00",
            "OAuth:AccessTokenLifetime must be from 00:01:00 to 01:00:00. It is \"02:00:00\"."),
        new("Two times that do not fit", "OAuth__RefreshTokenFamilyLifetime=1.00:00:00",
            "OAuth:RefreshTokenFamilyLifetime must be at least OAuth:RefreshTokenLifetime. It is "
            + "\"1.00:00:00\"."),
        new("A number with a unit", "Sweeper__BatchSize=200rows",
            "Sweeper:BatchSize must be a whole number, without a unit. It is \"200rows\"."),
        new("A number that is too large", "RateLimiting__Token__PermitLimit=2000000",
            "RateLimiting:Token:PermitLimit must be from 1 to 1000000. It is \"2000000\"."),
        new("A misspelt word", "OAuth__DeviceBinding=Audti",
            "OAuth:DeviceBinding must be Off, Audit or Enforce. Did you mean Audit? It is \"Audti\"."),
        new("A word that is none of them", "SigningKeys__Source=Vault",
            "SigningKeys:Source must be SecretsManager or File. It is \"Vault\"."),
        new("A switch with another word", "OAuth__AccessTokenRevocation=yes",
            "OAuth:AccessTokenRevocation must be true or false. It is \"yes\"."),
        new("A list without a number", "ForwardedHeaders__KnownProxies=10.0.0.7",
            "ForwardedHeaders:KnownProxies has no value of its own: write ForwardedHeaders:KnownProxies:0. It "
            + "is \"10.0.0.7\"."),
        new("A proxy by its name", "ForwardedHeaders__KnownProxies__0=proxy.example",
            "ForwardedHeaders:KnownProxies:0: 'proxy.example' is not an IP address. Write one address, such "
            + "as 10.0.0.7; networks go into KnownNetworks."),
        new("Everybody is a proxy", "ForwardedHeaders__KnownNetworks__0=0.0.0.0/0",
            "ForwardedHeaders:KnownNetworks:0: '0.0.0.0/0' would let strangers choose the address that they "
            + "are counted under. List only the networks of your proxies."),
        new("A misspelt password", "Mail__Pasword=hidden",
            "Mail:Pasword: there is no setting 'Pasword'. Did you mean Password?"),
        new("No region", "AWS_REGION=",
            "SigningKeys:Region is required: the AWS region of the secret (AWS_REGION works too), or set "
            + "SigningKeys:Source to File."),
        new("No connection string", "ConnectionStrings__OAuthServer=",
            "ConnectionStrings:OAuthServer is required: where the PostgreSQL database is, for example "
            + "Host=db;Database=oauth;Username=oauth;Password=..."),
        new("A connection string under another name", "ConnectionStrings__OAuthSever=Host=db",
            "ConnectionStrings:OAuthSever: there is no connection string 'OAuthSever'. Did you mean "
            + "OAuthServer?"),
        new("A connection string without a host", "ConnectionStrings__OAuthServer=Database=oauth",
            "ConnectionStrings:OAuthServer has no Host: write for example "
            + "Host=db;Database=oauth;Username=oauth;Password=..."),
        new("A misspelt part of it", "ConnectionStrings__OAuthServer=Host=db;Pasword=hidden",
            "ConnectionStrings:OAuthServer has the unknown part 'pasword'. Did you mean Password?"),
        new("A part that cannot be read", "ConnectionStrings__OAuthServer=Host=db;Port=x",
            "ConnectionStrings:OAuthServer: the value of its part 'port' cannot be read."),
        new("A mail server without a sender", "Mail__Host=smtp.example.com",
            "Mail:From must be an address, with Mail:Host: for example Example <no-reply@example.com>."),
    ];

    /// <summary>Parts of the connection string that a command was given, in place of the right ones.</summary>
    public static readonly StartupFault[] Databases =
    [
        new("Nothing listens there", "Port=1",
            "The database db:1/oauth cannot be used: Failed to connect to db:1 (Connection refused). Nothing "
            + "listens there: check Host and Port, and that PostgreSQL runs and has listen_addresses for "
            + "others."),
        new("A host that nobody knows", "Host=no-such-host.invalid",
            "The database no-such-host.invalid:5432/oauth cannot be used: the name of the host has no "
            + "address. Check Host in ConnectionStrings:OAuthServer, and the DNS of this machine."),
        new("Another database name", "Database=oauht",
            "The database db:5432/oauht cannot be used: 3D000: database \"oauht\" does not exist. Correct "
            + "Database in ConnectionStrings:OAuthServer, or make it: CREATE DATABASE."),
        new("A wrong password", "Password=wrong",
            "The database db:5432/oauth cannot be used: 28P01: password authentication failed for user "
            + "\"oauth\". Correct Username and Password in ConnectionStrings:OAuthServer."),
        new("A role that is not there", "Username=nobody",
            "The database db:5432/oauth cannot be used: 28P01: password authentication failed for user "
            + "\"nobody\". Correct Username and Password in ConnectionStrings:OAuthServer."),
        new("TLS that the database does not have", "SSL Mode=Require",
            "The database db:5432/oauth cannot be used: SSL connection requested. No SSL enabled connection "
            + "from this host is configured. PostgreSQL has no TLS: set ssl = on there, or take SSL Mode out of "
            + "ConnectionStrings:OAuthServer."),
        new("TLS that the database asks for", "Username=abroad",
            "The database db:5432/oauth cannot be used: 28000: pg_hba.conf rejects connection for host "
            + "\"db\", user \"abroad\", database \"oauth\", no encryption. PostgreSQL wants TLS here: write SSL "
            + "Mode=VerifyFull, with Root Certificate, or add a line to pg_hba.conf."),
        new("A role without rights", "Username=guest",
            "The database db:5432/oauth cannot be used: 42501: permission denied for table "
            + "oauth_client_secret_uses. OAuthServer doctor names what the role lacks, with the GRANT."),
        new("A database without the schema", "Database=empty",
            "The schema of the database is older than this version: run OAuthServer migrate."),
    ];

    /// <summary>Command lines.</summary>
    public static readonly StartupFault[] Commands =
    [
        new("A misspelt command", "migrat",
            "There is no command migrat. Did you mean migrate? The commands are migrate, keys, clients, "
            + "accounts, operators, import, audit, restore, doctor; without one the server starts."),
        new("A command that is not there", "start",
            "There is no command start. The commands are migrate, keys, clients, accounts, operators, import, audit, "
            + "restore, doctor; without one the server starts."),
        new("A misspelt option", "audit search --since yesterday",
            "--since must be a time such as 2026-03-01, 2026-03-01T12:00:00Z, or how long ago: 90s, 15m, 2h, "
            + "7d."),
    ];

    /// <summary>Addresses to listen at.</summary>
    public static readonly StartupFault[] Listening =
    [
        new("A port that is taken", "--urls=http://localhost:5080",
            "Something else listens at http://localhost:5080 already, perhaps another OAuthServer. End it, or "
            + "have this one listen somewhere else, such as with --urls=http://localhost:5081."),
        new("An address that is none", "--urls=localhost:5080",
            "'localhost:5080' is no address to listen at: write one such as http://localhost:5080 in --urls "
            + "or ASPNETCORE_URLS."),
        new("An address of another machine", "--urls=http://192.0.2.1:5080",
            "http://192.0.2.1:5080 is no address of this machine, so nothing can listen there. Correct it, or "
            + "have this one listen somewhere else, such as with --urls=http://localhost:5081."),
    ];
}
