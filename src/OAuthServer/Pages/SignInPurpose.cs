namespace OAuthServer.Pages;

/// <summary>
/// Tells what a person is asked to sign in for, from the return target. Null when the target is no authorization
/// request that could go on. Supplied by the slice that owns the target; without one, sign-in is for the account pages.
/// </summary>
internal delegate ValueTask<SignInPurpose?> DescribeSignIn(string returnUrl, CancellationToken ct);

/// <summary>What a person signs in for.</summary>
/// <param name="ClientName">The name of the app, as registered.</param>
/// <param name="FormActionSource">The CSP source that the form's redirects may reach, such as <c>https://app.example</c>.</param>
/// <param name="CancelUrl">Where Cancel goes: a plain link that ends the request at the client with <c>access_denied</c>.</param>
internal sealed record SignInPurpose(string ClientName, string FormActionSource, string CancelUrl);
