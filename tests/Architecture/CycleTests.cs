using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>The top folders of a project know each other in one direction only.</summary>
public sealed class CycleTests
{
    private static readonly string[] Sliced =
        [
            "Rtc", "Rtc.Sockets", "Noise", "Protocol", "Silo", "SignalingApi", "Grains", "Cluster", "Client", "Cli",
        ];

    public static TheoryData<string> Projects => [.. Sliced];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_are_free_of_cycles(string project)
    {
        var root = $"QuicPair.{project}";
        // The command's file is named as it is typed.
        var file = project == "Cli" ? "quicpair" : root;
        var loaded = new ArchLoader().LoadAssemblies(System.Reflection.Assembly.Load(file)).Build();
        Assert.Contains(loaded.Types, type => Folder(type, root) is not null);
        var edges = Edges(loaded.Types, root);
        Assert.DoesNotContain(edges, edge => Reaches(edges, edge.To, edge.From));
    }

    private static HashSet<(string From, string To)> Edges(IEnumerable<IType> types, string root) =>
        [.. from type in types
            from dependency in type.Dependencies

            // A type parameter belongs to whoever declares it; the loader confuses those of equal generated methods.
            where dependency.Target is not GenericParameter
            let @from = Folder(type, root)
            let to = Folder(dependency.Target, root)
            where @from is not null && to is not null && @from != to
            select (@from, to)];

    /// <summary>
    /// The first folder below the root, or null for the root itself (which composes) and for other assemblies.
    /// </summary>
    private static string? Folder(IType type, string root) =>
        type.Namespace?.FullName is { } space && space.StartsWith($"{root}.", StringComparison.Ordinal)
            ? space[(root.Length + 1)..].Split('.')[0]
            : null;

    private static bool Reaches(HashSet<(string From, string To)> edges, string start, string end)
    {
        var seen = new HashSet<string> { start };
        var open = new Stack<string>([start]);
        while (open.TryPop(out var at))
        {
            if (at == end)
            {
                return true;
            }

            foreach (var (_, to) in edges.Where(edge => edge.From == at && seen.Add(edge.To)))
            {
                open.Push(to);
            }
        }

        return false;
    }
}
