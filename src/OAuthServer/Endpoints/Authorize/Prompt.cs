namespace OAuthServer.Endpoints.Authorize;

/// <summary>How much the person is to be asked: the <c>prompt</c> parameter.</summary>
[Flags]
internal enum Prompt
{
    /// <summary>As much as is needed.</summary>
    Default = 0,

    /// <summary>Nothing at all; what would need a page is an error instead.</summary>
    None = 1,

    /// <summary>The password again.</summary>
    Login = 2,

    /// <summary>Consent again.</summary>
    Consent = 4,

    /// <summary>Which account to use; here by signing in.</summary>
    SelectAccount = 8,
}

internal static class Prompts
{
    /// <summary>False for an unknown value, or <c>none</c> beside another one.</summary>
    public static bool TryParse(string? text, out Prompt prompt)
    {
        prompt = Prompt.Default;
        foreach (var word in text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            switch (word)
            {
                case "none": prompt |= Prompt.None; break;
                case "login": prompt |= Prompt.Login; break;
                case "consent": prompt |= Prompt.Consent; break;
                case "select_account": prompt |= Prompt.SelectAccount; break;
                default: return false;
            }
        }

        return !prompt.HasFlag(Prompt.None) || prompt == Prompt.None;
    }
}
