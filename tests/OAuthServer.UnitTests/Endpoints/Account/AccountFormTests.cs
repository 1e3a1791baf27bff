using System.Text;
using Microsoft.AspNetCore.Http;
using OAuthServer.Endpoints.Account;

namespace OAuthServer.UnitTests.Endpoints.Account;

/// <summary>Forms for people are read strictly, and what cannot be read is an answer, never an exception.</summary>
public sealed class AccountFormTests
{
    private const string FormType = "application/x-www-form-urlencoded";

    [Fact]
    public async Task Fields_are_decoded_once()
    {
        var form = await ReadAsync("email=demo%40example.com&password=a+b%2520%C3%A9&keep=");
        Assert.NotNull(form);
        Assert.Equal("demo@example.com", form["email"]);
        Assert.Equal("a b%20\u00e9", form["password"]);
        Assert.Equal("", form["keep"]);
        Assert.Equal("", form["returnUrl"]);
    }

    [Theory]
    [InlineData("email=%")]
    [InlineData("email=%4")]
    [InlineData("email=%zz")]
    [InlineData("email=%00")]
    [InlineData("password=a%0Ab")]
    [InlineData("email=%ff")]
    [InlineData("email=%c0%af")]
    [InlineData("email=%ed%a0%80")]
    [InlineData("email=a&email=b")]
    public async Task A_broken_body_is_no_form(string body) => Assert.Null(await ReadAsync(body));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    public async Task Another_content_type_is_no_form(string? contentType) =>
        Assert.Null(await ReadAsync("email=a", contentType));

    [Fact]
    public async Task A_megabyte_is_no_form() => Assert.Null(await ReadAsync("email=" + new string('a', 1024 * 1024)));

    [Fact]
    public async Task A_form_does_not_print_what_it_holds()
    {
        var form = await ReadAsync("password=Demo-Passw0rd%21");
        Assert.DoesNotContain("Passw0rd", form!.ToString(), StringComparison.Ordinal);
    }

    private static async Task<AccountForm?> ReadAsync(string body, string? contentType = FormType)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.Request.ContentType = contentType;
        http.Request.Body = new MemoryStream(Encoding.ASCII.GetBytes(body));
        string[] fields = ["email", "password", "keep", "returnUrl"];
        return await AccountForm.ReadAsync(http.Request, fields, TestContext.Current.CancellationToken);
    }
}
