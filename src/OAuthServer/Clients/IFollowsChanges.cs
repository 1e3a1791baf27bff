namespace OAuthServer.Clients;

/// <summary>What is kept in memory of a table whose trigger notifies of every change.</summary>
internal interface IFollowsChanges
{
    /// <summary>The channel that the trigger notifies.</summary>
    string Channel { get; }

    /// <summary>Forgets what a notification names.</summary>
    void Drop(string payload);

    /// <summary>Forgets everything, for instance after notifications may have been missed.</summary>
    void DropAll();
}
