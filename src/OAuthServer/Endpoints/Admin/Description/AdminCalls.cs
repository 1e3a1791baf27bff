using OAuthServer.Accounts.Editing;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Admin.Description;

/// <summary>The calls of the admin API about clients.</summary>
internal static class ClientCalls
{
    private const string Read = AdminScopes.ReadClients;
    private const string Write = AdminScopes.WriteClients;

    public static AdminCall List { get; } =
        new("admin.clients.list", Read, "The clients, in the order of their ids.", typeof(ClientPage))
        {
            Query =
            [
                new("after", "string", "Begin behind this client_id: next of the page before."),
                new("limit", "integer", "How many; 50 when absent.") { Range = (1, AdminClients.LongestPage) },
            ],
        };

    public static AdminCall Create { get; } =
        new("admin.clients.create", Write, "Registers a client, and tells its secret.", typeof(ClientAnswer))
        {
            Status = StatusCodes.Status201Created,
            Body = typeof(ClientFileEntry),
            Tag = TagUse.Shown,
            Refusals = [409],
        };

    public static AdminCall Get { get; } =
        new("admin.clients.get", Read, "One client.", typeof(ClientAnswer)) { Tag = TagUse.Shown, Refusals = [404] };

    public static AdminCall Replace { get; } =
        new("admin.clients.replace", Write, "Makes a client what is sent; its secrets stay.", typeof(ClientAnswer))
        {
            Body = typeof(ClientFileEntry),
            SaidByAddress = ["client_id"],
            Tag = TagUse.Needed,
            Refusals = [404, 409],
        };

    public static AdminCall Rotate { get; } =
        new("admin.clients.rotate", Write, "Makes a new secret, and tells it.", typeof(ClientAnswer))
        {
            Query =
            [
                new("keep_old", "integer", "How many seconds the old one stays good; a week when absent.")
                {
                    Range = (0, AdminClients.LongestOverlap),
                },
                new("force", "boolean", "true: also when two are live, of which the older ends."),
            ],
            Tag = TagUse.Compared,
            Refusals = [404, 409],
        };

    public static AdminCall Disable { get; } = Switch("disable", "Ends all access by a client until it is enabled.");

    public static AdminCall Enable { get; } = Switch("enable", "Lets a disabled client work again.");

    private static AdminCall Switch(string name, string summary) =>
        new($"admin.clients.{name}", Write, summary, typeof(ClientAnswer))
        {
            Tag = TagUse.Compared,
            Refusals = [404, 409],
        };
}

/// <summary>The calls about accounts.</summary>
internal static class AccountCalls
{
    private const string Read = AdminScopes.ReadAccounts;
    private const string Write = AdminScopes.WriteAccounts;

    public static AdminCall List { get; } =
        new("admin.accounts.list", Read, "Accounts, in the order of their ids.", typeof(AccountPage))
        {
            Query =
            [
                new("email", "string", "The whole address, as it may be typed at sign-in."),
                new("contains", "string", "A part of the address."),
                new("disabled", "boolean", "true: only disabled ones."),
                new("locked", "boolean", "true: only those locked by wrong passwords."),
                new("unconfirmed", "boolean", "true: only those whose address is not confirmed."),
                new("without_password", "boolean", "true: only those that have none."),
                new("after", "string", "Begin behind this id: next of the page before.") { Format = "uuid" },
                new("limit", "integer", "How many; 50 when absent.") { Range = (1, AdminAccounts.LongestPage) },
            ],
        };

    public static AdminCall Get { get; } =
        new("admin.accounts.get", Read, "One account.", typeof(AccountAnswer)) { Tag = TagUse.Shown, Refusals = [404] };

    public static AdminCall Create { get; } = Make(
        "create", "Makes an account with the password that is sent, or one that is told.", typeof(NewPerson));

    public static AdminCall Invite { get; } = Make(
        "invite", "Makes an account whose owner is mailed a link to choose a password; once more, sends it again.",
        typeof(InvitedPerson));

    public static AdminCall Disable { get; } = Change("disable", "Ends all that a person has, until it is enabled.");

    public static AdminCall Enable { get; } = Change("enable", "Lets a disabled person sign in again.");

    public static AdminCall Unlock { get; } = Change("unlock", "Forgets the wrong passwords that were typed.");

    public static AdminCall RemoveFactors { get; } =
        Change("factors.remove", "Takes every second factor away, from somebody who has lost them.");

    public static AdminCall Reset { get; } = Change(
        "password.reset",
        "Mails a link to choose a password; or sets the one that is sent or made, which ends all that a person has.",
        typeof(PasswordReset));

    public static AdminCall SignOut { get; } =
        Change("sign_out", "Ends every session of a person, or all that apps have too.", typeof(SignOutAsked));

    private static AdminCall Make(string name, string summary, Type body) =>
        new($"admin.accounts.{name}", Write, summary, typeof(AccountAnswer))
        {
            Status = StatusCodes.Status201Created,
            Body = body,
            Tag = TagUse.Shown,
            Refusals = [409],
        };

    private static AdminCall Change(string name, string summary, Type? body = null) =>
        new($"admin.accounts.{name}", Write, summary, typeof(AccountAnswer))
        {
            Body = body,
            Tag = TagUse.Compared,
            Refusals = [404, 409],
        };
}

/// <summary>The calls about sessions.</summary>
internal static class SessionCalls
{
    public static AdminCall List { get; } = new(
        "admin.sessions.list", AdminScopes.ReadSessions, "Where a person is signed in, the latest used first.",
        typeof(SessionsAnswer))
    {
        Query = [new("account", "string", "Whose.") { Format = "uuid", IsNeeded = true }],
        Refusals = [404],
    };

    public static AdminCall End { get; } = new(
        "admin.sessions.end", AdminScopes.EndSessions, "Ends one session; its apps are told.", typeof(EndedAnswer))
    {
        Refusals = [404, 409],
    };

    public static AdminCall EndAll { get; } = new(
        "admin.sessions.end_all", AdminScopes.EndSessions,
        "Ends the sessions of an account, or all that a client has of people, so many at a time.", typeof(EndedAnswer))
    {
        Body = typeof(SessionsAsked),
        Refusals = [404, 409],
    };
}

/// <summary>The calls about what is shown and not changed.</summary>
internal static class RecordCalls
{
    public static AdminCall Resources { get; } =
        new("admin.resources.list", AdminScopes.ReadResources, "Every API with its scopes.", typeof(ResourcesAnswer));

    public static AdminCall Keys { get; } = new(
        "admin.keys.list", AdminScopes.ReadKeys, "Name and life of each signing key.", typeof(KeysAnswer));

    public static AdminCall Audit { get; } = new(
        "admin.audit.search", AdminScopes.ReadAudit, "The newest events that match, the oldest first.",
        typeof(EventsAnswer))
    {
        Query =
        [
            new("correlation_id", "string", "Of one request, as its answer had it."),
            new("event", "string", "The name of an event."),
            new("reason", "string", "The reason of a refusal."),
            new("client_id", "string", "The client."),
            new("user_id", "string", "The account.") { Format = "uuid" },
            new("pseudonym", "string", "The person, also when the account is gone.") { Format = "uuid" },
            new("address", "string", "Where the request came from."),
            new("since", "string", "Not before.") { Format = "date-time" },
            new("until", "string", "Before.") { Format = "date-time" },
            new("limit", "integer", "How many; 100 when absent.") { Range = (1, AdminRecords.MostEvents) },
        ],
    };
}
