using System.Globalization;
using OAuthServer.Pages;

namespace OAuthServer.UnitTests.Pages;

/// <summary>What is wrong with an operator's texts is told at once, file by file and key by key.</summary>
public sealed class TextFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("texts-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Texts_are_found_by_language_and_key()
    {
        Write("pt-BR", "{\"SignIn.Title\": \"Entrar\", \"Format.Day\": \"d 'de' MMMM\"}");

        var folder = TextFolder.Read(_folder.FullName);

        Assert.Empty(folder.Faults);
        Assert.Equal("Entrar", folder.Find(CultureInfo.GetCultureInfo("pt-BR"), "SignIn.Title"));
        Assert.Null(folder.Find(CultureInfo.GetCultureInfo("de"), "SignIn.Title"));
        Assert.Equal(["pt-BR"], folder.Languages.Select(language => language.Name));
    }

    [Theory]
    [InlineData("{\"SignIn.Nothing\": \"x\"}", "there is no text SignIn.Nothing.")]
    [InlineData("{\"SignIn.Title\": \" \"}", "SignIn.Title is empty.")]
    [InlineData("{\"SignIn.Title\": null}", "SignIn.Title is empty.")]
    [InlineData(
        "{\"SignIn.ToContinue\": \"weiter\"}",
        "SignIn.ToContinue must have the places {0}, as \"to continue to {0}\" has.")]
    [InlineData("{\"SignIn.Title\": \"{0}\"}", "SignIn.Title must have the places , as \"Sign in\" has.")]
    [InlineData("{\"SignIn.Title\": \"a { b\"}", "SignIn.Title has a brace that begins no place; write two for one.")]
    [InlineData("{\"Format.Day\": \"%\"}", "Format.Day is no format.")]
    public void A_text_that_no_page_could_use_is_a_fault(string json, string fault)
    {
        Write("fr", json);

        Assert.EndsWith(
            ": " + fault, Assert.Single(TextFolder.Read(_folder.FullName).Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("french", "{}")]
    [InlineData("FR", "{}")]
    [InlineData("fr", "[]")]
    [InlineData("fr", "{")]
    public void A_file_that_is_none_is_a_fault(string name, string json)
    {
        Write(name, json);

        Assert.Single(TextFolder.Read(_folder.FullName).Faults);
    }

    [Fact]
    public void No_folder_is_no_fault_and_a_missing_one_is()
    {
        Assert.Empty(TextFolder.Read(null).Faults);
        Assert.Single(TextFolder.Read("/nowhere/texts").Faults);
    }

    private void Write(string name, string json) =>
        File.WriteAllText(Path.Combine(_folder.FullName, name + ".json"), json);
}
