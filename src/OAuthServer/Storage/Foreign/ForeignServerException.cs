namespace OAuthServer.Storage.Foreign;

/// <summary>What another server left cannot be read; the message says why, without a password.</summary>
internal sealed class ForeignServerException : Exception
{
    public ForeignServerException()
    {
    }

    public ForeignServerException(string message)
        : base(message)
    {
    }

    public ForeignServerException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>True when it may go through at another time.</summary>
    public bool IsOutage => InnerException is not null;
}
