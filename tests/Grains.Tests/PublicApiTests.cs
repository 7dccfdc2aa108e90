using PublicApiGenerator;
using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.Grains.Tests;

/// <summary>
/// What other programs may build on. A change here is a decision: copy the received file over the snapshot.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_interfaces_of_the_grains_are_as_committed()
    {
        var options = new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            ExcludeAttributes = ["System.Runtime.CompilerServices.CompilerGeneratedAttribute"],
            DenyNamespacePrefixes = ["OrleansCodeGen"],
        };
        var received = typeof(IMacGrain).Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n";
        var snapshot = Path.Combine(AppContext.BaseDirectory, "PublicApi", "Grains.Interfaces.txt");
        File.WriteAllText(snapshot + ".received", received);
        Assert.Equal(File.ReadAllText(snapshot), received);
    }
}
