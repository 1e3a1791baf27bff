namespace OAuthServer.Storage;

/// <summary>The events, as they stand in the table.</summary>
internal static class AuditEventNames
{
    public const string SignIn = "sign_in";
    public const string SignOut = "sign_out";
    public const string SessionsEnded = "sessions_ended";
    public const string AccessEnded = "access_ended";
    public const string LogoutRefused = "logout_refused";
    public const string LogoutGivenUp = "logout_given_up";
    public const string AccountCreated = "account_created";
    public const string AccountInvited = "account_invited";
    public const string AccountDisabled = "account_disabled";
    public const string AccountEnabled = "account_enabled";
    public const string AccountUnlocked = "account_unlocked";
    public const string PasswordSet = "password_set";
    public const string PasswordLinkSent = "password_link_sent";
    public const string ProfileChanged = "profile_changed";
    public const string PasswordChanged = "password_changed";
    public const string SecondFactorAsked = "second_factor_asked";
    public const string FactorAdded = "factor_added";
    public const string FactorRemoved = "factor_removed";
    public const string RecoveryCodeUsed = "recovery_code_used";
    public const string PasswordReset = "password_reset";
    public const string AccountRegistered = "account_registered";
    public const string AddressConfirmed = "address_confirmed";
    public const string AddressChanged = "address_changed";
    public const string AccountDeleted = "account_deleted";
    public const string DataDownloaded = "data_downloaded";
    public const string MailRefused = "mail_refused";
    public const string MailDropped = "mail_dropped";
    public const string Consent = "consent";
    public const string RequestPushed = "request_pushed";
    public const string PushRefused = "push_refused";
    public const string CodeIssued = "code_issued";
    public const string CodeRedeemed = "code_redeemed";
    public const string ClientTokenIssued = "client_token_issued";
    public const string RefreshTokenRotated = "refresh_token_rotated";
    public const string RefreshTokenRepeated = "refresh_token_repeated";
    public const string DeviceChanged = "device_changed";
    public const string TokenRefused = "token_refused";
    public const string AuthorizationRefused = "authorization_refused";
    public const string RevocationRefused = "revocation_refused";
    public const string CodeReused = "code_reused";
    public const string RefreshTokenReused = "refresh_token_reused";
    public const string TokenRevoked = "token_revoked";
    public const string GrantWithdrawn = "grant_withdrawn";
    public const string ClientRefused = "client_refused";
    public const string KeyPublished = "signing_key_published";
    public const string KeySigns = "signing_key_signs";
    public const string KeyWithdrawn = "signing_key_withdrawn";
    public const string BudgetUsedUp = "budget_used_up";
    public const string ClientCreated = "client_created";
    public const string ClientChanged = "client_changed";
    public const string ClientSecretRotated = "client_secret_rotated";
    public const string ClientDisabled = "client_disabled";
    public const string ClientEnabled = "client_enabled";
}
