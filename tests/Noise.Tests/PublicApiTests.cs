using PublicApiGenerator;

namespace QuicPair.Noise.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_one_that_was_agreed()
    {
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false };
        var actual =
            typeof(HandshakeState).Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n";
        var path = Path.Combine(VectorFile.Folder, "..", "Noise.Tests", "PublicApi.txt");
        var agreed = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(agreed == actual, $"PublicApi.txt should be:\n{actual}");
    }
}
