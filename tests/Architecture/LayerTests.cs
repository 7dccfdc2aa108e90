using System.Xml.Linq;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>Who may know whom: the picture in docs/architecture.md, edge by edge.</summary>
public sealed class LayerTests
{
    private static readonly Dictionary<string, string[]> Edges = new()
    {
        ["Noise"] = [],
        ["Protocol"] = [],
        ["Rtc"] = [],
        ["Grains.Interfaces"] = [],
        ["Rtc.Sockets"] = ["Rtc"],
        ["Grains"] = ["Grains.Interfaces"],
        ["Cluster"] = ["Grains"],
        ["SignalingApi"] = ["Cluster"],
        ["Client"] = ["Noise", "Protocol", "Rtc.Sockets"],
        ["Silo"] = ["Cluster", "Noise", "Protocol", "Rtc.Sockets", "SignalingApi"],
        ["Cli"] = ["Client", "Silo"],
    };

    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Rtc"] = [],
        ["Protocol"] = [],
        ["Noise"] = ["NSec.Cryptography"],
        ["Grains.Interfaces"] = ["Microsoft.Orleans.Sdk"],
        ["Rtc.Sockets"] = ["NSec.Cryptography"],
    };

    public static TheoryData<string> Products => [.. Edges.Keys];

    public static TheoryData<string> Bounded => [.. Packages.Keys];

    [Theory]
    [MemberData(nameof(Products))]
    public void References_only_what_the_picture_shows(string project) =>
        Assert.Equal(
            Edges[project],
            Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order());

    [Theory]
    [MemberData(nameof(Bounded))]
    public void Brings_in_only_the_packages_that_its_layer_allows(string project) =>
        Assert.Equal(Packages[project], Items(project, "PackageReference").Order());

    [Fact]
    public void Every_product_project_is_in_the_picture()
    {
        var projects = Repository.Files("*.csproj")
            .Where(path => !path.StartsWith("tests/", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(Edges.Keys.Order(), projects.Order());
    }

    [Fact]
    public void The_front_door_cannot_see_what_travels_through_it()
    {
        string[] unseen = ["Rtc", "Rtc.Sockets", "Noise", "Protocol"];
        Assert.Empty(Reachable("SignalingApi").Intersect(unseen));
    }

    [Theory]
    [InlineData("Noise")]
    [InlineData("Rtc")]
    public void Protocol_code_compiles_against_the_list_of_banned_symbols(string project) =>
        Assert.Contains("../BannedSymbols.SansIo.txt", Items(project, "AdditionalFiles"));

    private static HashSet<string> Reachable(string project)
    {
        var seen = new HashSet<string>();
        var open = new Queue<string>([project]);
        while (open.TryDequeue(out var next))
        {
            foreach (var edge in Edges[next].Where(seen.Add))
            {
                open.Enqueue(edge);
            }
        }

        return seen;
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, project, $"{project}.csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);
}
