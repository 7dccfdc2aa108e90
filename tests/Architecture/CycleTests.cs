using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>The folders of a project know each other in one direction only.</summary>
public sealed class CycleTests
{
    private static readonly string[] Sliced = ["Rtc", "Protocol", "Noise", "Silo", "SignalingApi", "Grains", "Client"];

    public static TheoryData<string> Projects => [.. Sliced];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_are_free_of_cycles(string project)
    {
        var loaded = new ArchLoader().LoadAssemblies(System.Reflection.Assembly.Load($"QuicPair.{project}")).Build();
        Assert.NotEmpty(loaded.Types);
        var broken = SliceRuleDefinition.Slices().Matching($"QuicPair.{project}.(*)").Should().BeFreeOfCycles()
            .Evaluate(loaded).Where(result => !result.Passed).Select(result => result.Description).ToList();
        Assert.Empty(broken);
    }
}
