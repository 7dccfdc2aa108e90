using QRCoder;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Tests.Pairing;

/// <summary>What a camera sees of the code that a terminal draws: a dark module is #, a light one a space.</summary>
public sealed class QrTextTests
{
    private const int QuietZone = 4;
    private const int Columns = 80;
    private const string BlackOnWhite = "\e[30;107m";
    private const string Plain = "\e[0m";

    private static readonly string Link = "https://home.example.org:8443/p#1." + new string('A', 96);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_drawing_has_each_module_of_the_code_and_nothing_dark_around_it(bool useColor)
    {
        using var code = QRCodeGenerator.GenerateQrCode(Link, QRCodeGenerator.ECCLevel.L);
        var size = code.ModuleMatrix.Count;

        var seen = Rows(QrText.Draw(Link, useColor), useColor);

        Assert.Equal(
            code.ModuleMatrix.Select(row => string.Concat(row.Cast<bool>().Select(dark => dark ? '#' : ' '))),
            seen.Take(size));
        Assert.All(seen.Skip(size), row => Assert.DoesNotContain('#', row));
        Assert.All(seen.Take(QuietZone), row => Assert.DoesNotContain('#', row));
        Assert.All(seen, row => Assert.DoesNotContain('#', row[..QuietZone] + row[^QuietZone..]));
        Assert.Contains('#', seen[QuietZone]);
        Assert.InRange(size, 0, Columns);
    }

    private static List<string> Rows(string drawing, bool useColor)
    {
        var rows = new List<string>();
        foreach (var line in drawing.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var blocks = useColor ? Inside(line) : line;
            rows.Add(Half(blocks, "█▀"));
            rows.Add(Half(blocks, "█▄"));
        }

        return rows;

        // With colours the ink is black; without, it is the terminal's, which is taken to be light.
        string Half(string blocks, string inked) => string.Concat(
            blocks.Select(block => inked.Contains(block, StringComparison.Ordinal) == useColor ? '#' : ' '));
    }

    private static string Inside(string line)
    {
        Assert.StartsWith(BlackOnWhite, line, StringComparison.Ordinal);
        Assert.EndsWith(Plain, line, StringComparison.Ordinal);
        return line[BlackOnWhite.Length..^Plain.Length];
    }
}
