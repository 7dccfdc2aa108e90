using System.Text;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.Canary;

/// <summary>
/// Says what a scan must find and what not. No message names a secret: a build log is no place for one.
/// </summary>
internal static class CanaryAssert
{
    /// <summary>The scan first finds what was planted to be found.</summary>
    public static void Finds(CanaryScan scan, Planted planted)
    {
        Assert.NotEmpty(scan.FoundIn($"dbug: the link {planted.Link} was made"));
        Assert.All(
            scan.Secrets, secret => Assert.NotEmpty(scan.FoundIn($"dbug: key {StrictBase64Url.Encode(secret)}.")));
        Assert.True(scan.IsIn(Encoding.UTF8.GetBytes($"INSERT {planted.Link};")));
    }

    public static void Absent(CanaryScan scan, string where, string text)
    {
        var found = scan.FoundIn(text).Count;
        Assert.True(found == 0, $"{found} planted strings are in {where}.");
    }

    /// <summary>No file of a folder, at any depth, has any of it; there are files.</summary>
    public static void NotStored(CanaryScan scan, string home)
    {
        var files = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length > 0).ToList();
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            Assert.False(scan.IsIn(content), $"Something planted is in {path}.");
        }
    }
}
