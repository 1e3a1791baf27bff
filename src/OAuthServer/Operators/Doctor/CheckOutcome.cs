namespace OAuthServer.Operators.Doctor;

/// <summary>One check and its result; null when it was not run, because what it requires is not there.</summary>
internal sealed record CheckOutcome(string Name, CheckResult? Result);
