using System.Diagnostics.CodeAnalysis;

namespace OAuthServer.Protocol;

/// <summary>
/// Either a value or the <see cref="OAuthError"/> that stands in its way. Exceptions are kept for bugs and outages.
/// </summary>
internal readonly struct Result<T>
    where T : notnull
{
    private readonly T? _value;
    private readonly OAuthError? _error;

    private Result(T? value, OAuthError? error) => (_value, _error) = (value, error);

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(OAuthError error) => new(default, error);

    /// <summary>True when there is an error; exactly one of the two is set.</summary>
    public bool Failed([NotNullWhen(true)] out OAuthError? error, [NotNullWhen(false)] out T? value)
    {
        (error, value) = (_error, _value);
        return error is not null;
    }

    internal static Result<T> Of(T value) => new(value, null);
}

/// <summary>Either a value or the answer that is given instead.</summary>
internal readonly struct Result<T, TOtherwise>
    where T : notnull
    where TOtherwise : class
{
    private readonly T? _value;
    private readonly TOtherwise? _otherwise;

    private Result(T? value, TOtherwise? otherwise) => (_value, _otherwise) = (value, otherwise);

    public static implicit operator Result<T, TOtherwise>(T value) => new(value, null);

    public static implicit operator Result<T, TOtherwise>(TOtherwise otherwise) => new(default, otherwise);

    /// <summary>True when there is no value; exactly one of the two is set.</summary>
    public bool Failed([NotNullWhen(true)] out TOtherwise? otherwise, [NotNullWhen(false)] out T? value)
    {
        (otherwise, value) = (_otherwise, _value);
        return otherwise is not null;
    }
}

/// <summary>Makes results of interfaces, which no conversion takes.</summary>
internal static class Result
{
    public static Result<T> Of<T>(T value)
        where T : notnull => Result<T>.Of(value);
}
