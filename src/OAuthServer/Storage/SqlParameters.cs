using Npgsql;
using NpgsqlTypes;

namespace OAuthServer.Storage;

/// <summary>Typed positional parameters: null keeps its type, so that one prepared statement serves all.</summary>
internal static class SqlParameters
{
    public static NpgsqlParameterCollection AddText(this NpgsqlParameterCollection parameters, string? value) => parameters.AddTyped(value, NpgsqlDbType.Text);

    public static NpgsqlParameterCollection AddUuid(this NpgsqlParameterCollection parameters, Guid? value) => parameters.AddTyped(value, NpgsqlDbType.Uuid);

    public static NpgsqlParameterCollection AddBytes(this NpgsqlParameterCollection parameters, byte[]? value) => parameters.AddTyped(value, NpgsqlDbType.Bytea);

    public static NpgsqlParameterCollection AddFlag(this NpgsqlParameterCollection parameters, bool value) => parameters.AddTyped(value, NpgsqlDbType.Boolean);

    public static NpgsqlParameterCollection AddInterval(this NpgsqlParameterCollection parameters, TimeSpan value) => parameters.AddTyped(value, NpgsqlDbType.Interval);

    public static NpgsqlParameterCollection AddNumber(this NpgsqlParameterCollection parameters, long? value) => parameters.AddTyped(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameterCollection AddInteger(this NpgsqlParameterCollection parameters, int value) => parameters.AddTyped(value, NpgsqlDbType.Integer);

    /// <summary>A moment in UTC.</summary>
    public static NpgsqlParameterCollection AddTime(this NpgsqlParameterCollection parameters, DateTime? value) => parameters.AddTyped(value, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameterCollection AddDay(this NpgsqlParameterCollection parameters, DateOnly value) => parameters.AddTyped(value, NpgsqlDbType.Date);

    public static NpgsqlParameterCollection AddTexts(this NpgsqlParameterCollection parameters, IEnumerable<string>? values) =>
        parameters.AddTyped(values?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static NpgsqlParameterCollection AddManyBytes(this NpgsqlParameterCollection parameters, IEnumerable<byte[]> values) =>
        parameters.AddTyped(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);

    /// <summary>Moments in UTC.</summary>
    public static NpgsqlParameterCollection AddTimes(this NpgsqlParameterCollection parameters, IEnumerable<DateTime> values) =>
        parameters.AddTyped(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);

    private static NpgsqlParameterCollection AddTyped(this NpgsqlParameterCollection parameters, object? value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return parameters;
    }
}
