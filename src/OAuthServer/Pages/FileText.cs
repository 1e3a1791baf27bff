using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>Files that an operator names in the settings of pages: read once, at start.</summary>
internal static class FileText
{
    /// <summary>The content, or why it cannot be had.</summary>
    /// <param name="path">As it stands in the setting.</param>
    /// <param name="largest">In bytes.</param>
    public static Result<byte[], string> Read(string path, int largest)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length > largest
                ? $"must be a file of at most {largest} bytes."
                : File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "must be the path of a file that can be read.";
        }
    }
}
