using System.Globalization;

namespace QuicPair.Nat.Matrix;

/// <summary>The tables of docs/nat.md.</summary>
internal static class NatTable
{
    private static readonly string[] Lines = Read();

    /// <summary>The kinds of Macs, in the order of the columns.</summary>
    public static IReadOnlyList<string> Columns => Cells("phone ↓ Mac →");

    /// <summary>The way from this row's phone to this column's Mac, and the round trips until it is open.</summary>
    public static (string Way, double RoundTrips) Cell(string phone, string mac)
    {
        var words = Cells(phone)[Columns.ToList().IndexOf(mac)].Split(' ');
        var way = words[0] == "relay" ? Way.Relay : Way.Direct;
        return (way, double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static string[] Cells(string row)
    {
        var line = Array.Find(Lines, each => each.StartsWith($"| {row} |", StringComparison.Ordinal))!;
        return [.. line.Trim('|').Split('|').Skip(1).Select(cell => cell.Trim())];
    }

    private static string[] Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "QuicPair.sln"))) folder = folder.Parent;
        return File.ReadAllLines(Path.Combine(folder.FullName, "docs", "nat.md"));
    }
}
