using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>The table of docs/nat.md is the rule by which the matrix is tested.</summary>
public sealed class TableTests
{
    public static TheoryData<NatKind> Kinds => [.. Enum.GetValues<NatKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_row_of_the_documented_table_is_the_tested_one(NatKind phone)
    {
        var tested = Enum.GetValues<NatKind>().Select(mac => Way.Between(phone, mac));
        Assert.Equal([$"{phone}", .. tested], Cells(line => line.StartsWith($"| {phone} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_columns_are_in_the_order_of_the_kinds() => Assert.Equal(
        Enum.GetNames<NatKind>(),
        Cells(line => line.StartsWith("| phone ↓", StringComparison.Ordinal)).Skip(1));

    private static IEnumerable<string> Cells(Predicate<string> isWanted)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "QuicPair.sln"))) folder = folder.Parent;
        var lines = File.ReadAllLines(Path.Combine(folder.FullName, "docs", "nat.md"));
        return Array.Find(lines, isWanted)!.Trim('|').Split('|').Select(cell => cell.Trim() switch
        {
            "direct" => Way.Direct,
            "relay" => Way.Relay,
            var other => other,
        });
    }
}
