using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>Hashes that other software made: htpasswd, and Python's hashlib and cryptography.</summary>
public sealed class ImportedHashTests
{
    private const string Password = "a quiet harbour 7";

    private static readonly AccountPasswordHasher Hasher = new(
        Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));

    [Theory]
    [InlineData("$2y$04$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy")]
    [InlineData("$2a$04$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy")]
    [InlineData("$2b$04$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy")]
    [InlineData("$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$oJGCbebIPQiLCfoqld4KHGkgsfWok25MdInrqzRFh4I")]
    [InlineData("$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", "password")]
    [InlineData("$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$7JeoNoxP+TL5NoFyfSt0eBQHKfI")]
    [InlineData("$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$7JeoNoxP.TL5NoFyfSt0eBQHKfI")]
    [InlineData("$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN+j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4")]
    [InlineData("$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN.j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4")]
    [InlineData(
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg"
            + "$rQTyJwuN1UulVG/1TVD4Nk5NtmYV8r/jpUCItIXqEXIP1ihEkv5PqfGPRQMXZfjmMNGf1xEgTjA1uLKVYnjrfA")]
    public void A_known_hash_fits_its_password_and_is_to_be_made_anew(string hash, string password = Password)
    {
        Assert.Equal(
            PasswordVerificationResult.SuccessRehashNeeded, Hasher.VerifyHashedPassword(new Account(), hash, password));
        Assert.Equal(
            PasswordVerificationResult.Failed, Hasher.VerifyHashedPassword(new Account(), hash, password + "!"));
    }

    /// <summary>Beyond the bounds of the table nothing is computed, also where somebody took them away.</summary>
    [Theory]
    [InlineData("$2a$15$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy")]
    [InlineData("$argon2id$v=19$m=131073,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$argon2id$v=19$m=64,t=11,p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$argon2id$v=19$m=64,t=2,p=5$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$argon2id$v=19$m=15,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$argon2id$v=19$m=64,t=0,p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$pbkdf2-sha256$2000001$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN.j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4")]
    [InlineData("$pbkdf2-sha256$0$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN.j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4")]
    [InlineData("$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg")]
    [InlineData("$2y$04$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy\n")]
    [InlineData("AQAAAAIAAzRQAAAAEA==")]
    [InlineData("")]
    public void What_is_beyond_the_bounds_or_of_no_format_is_not_computed(string hash) =>
        Assert.Null(ImportedHash.Fits(hash, Password));
}
