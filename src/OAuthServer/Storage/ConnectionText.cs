using System.ComponentModel;
using System.Data.Common;
using Npgsql;
using OAuthServer.Settings;

namespace OAuthServer.Storage;

/// <summary>What is wrong with a connection string, in words that never repeat a value of it.</summary>
internal static class ConnectionText
{
    // What follows a semicolon in a password would be shown as the name of a part.
    private const string Quotes = "If the password has a semicolon, put it into quotes: Password='...'";

    private static readonly string[] Secrets = ["Password", "PSW", "PWD", "SSL Password"];

    private const string Example = "Host=db;Database=oauth;Username=oauth;Password=...";

    /// <summary>The fault of a setting; null when it names a host and can be read.</summary>
    /// <param name="key">The setting.</param>
    /// <param name="text">Its value.</param>
    public static string? Fault(string key, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return $"{key} is required: where the PostgreSQL database is, for example {Example}";
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 }
                ? null
                : $"{key} has no Host: write for example {Example}";
        }
        catch (ArgumentException)
        {
            return Parts(key, text);
        }
    }

    private static string Parts(string key, string text)
    {
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            return $"{key} cannot be read: write for example {Example}";
        }

        var known = new NpgsqlConnectionStringBuilder();
        var isBehindSecret = false;
        foreach (string keyword in parts.Keys)
        {
            if (!known.ContainsKey(keyword))
            {
                return isBehindSecret
                    ? $"{key} has an unknown part behind a password. {Quotes}"
                    : $"{key} has the unknown part '{keyword}'.{DidYouMean.Hint(keyword, Keywords())}";
            }

            isBehindSecret |= Secrets.Contains(keyword, StringComparer.OrdinalIgnoreCase);
            if (!CanTake(keyword, parts[keyword])) return $"{key}: the value of its part '{keyword}' cannot be read.";
        }

        return $"{key} cannot be read: write for example {Example}";
    }

    // As Npgsql's documentation writes them.
    private static IEnumerable<string> Keywords() => TypeDescriptor
        .GetProperties(typeof(NpgsqlConnectionStringBuilder)).Cast<PropertyDescriptor>()
        .Select(property => property.DisplayName);

    private static bool CanTake(string keyword, object value)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder { [keyword] = value };
            return true;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }
}
