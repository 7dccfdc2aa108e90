using PublicApiGenerator;
using QuicPair.Rtc.Session;
using Xunit;

namespace QuicPair.Rtc.Tests;

/// <summary>
/// What other projects may use is a decision. Who changes it runs this test once with
/// <c>ACCEPT_PUBLIC_API=1</c> and commits the file.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_committed_one()
    {
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false };
        var actual = typeof(RtcSession).Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n";
        var path = Path.Combine(Repository(), "tests", "Rtc.Tests", "PublicApi.txt");
        if (Environment.GetEnvironmentVariable("ACCEPT_PUBLIC_API") == "1") File.WriteAllText(path, actual);

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!folder.EnumerateFiles("QuicPair.sln").Any())
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
