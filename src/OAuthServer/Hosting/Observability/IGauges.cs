using System.Diagnostics.Metrics;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// Figures of one area that are read when somebody asks for them: from memory alone, so that a scrape costs the
/// database nothing.
/// </summary>
internal interface IGauges
{
    /// <summary>Adds them to the meter of the server.</summary>
    void AddTo(Meter meter);
}
