namespace OAuthServer.Pages;

/// <summary>What a person signs in for.</summary>
/// <param name="ClientName">The name of the app, as registered.</param>
/// <param name="FormActionSource">The CSP source that the form's redirects may reach, such as <c>https://app.example</c>.</param>
/// <param name="CancelUrl">Where Cancel goes: a plain link that ends the request at the client with <c>access_denied</c>.</param>
internal sealed record SignInPurpose(string ClientName, string FormActionSource, string CancelUrl);
