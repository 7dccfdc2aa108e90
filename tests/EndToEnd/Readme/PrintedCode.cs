using QRCoder;

namespace QuicPair.EndToEnd.Readme;

/// <summary>
/// A QR code as a camera sees it on a terminal with colours, row by row: a dark module is #, a light one a space.
/// </summary>
internal static class PrintedCode
{
    private const string BlackOnWhite = "\e[30;107m";
    private const string Plain = "\e[0m";

    /// <summary>The code that a screen shows; there may be a light row too many.</summary>
    public static IReadOnlyList<string> On(string screen)
    {
        var rows = new List<string>();
        foreach (var line in screen.Split('\n').Select(line => line.TrimEnd('\r')).Where(IsDrawn))
        {
            var blocks = line[BlackOnWhite.Length..^Plain.Length];
            rows.Add(Half(blocks, "█▀"));
            rows.Add(Half(blocks, "█▄"));
        }

        return rows;
    }

    /// <summary>The code of a link.</summary>
    public static IReadOnlyList<string> Of(string link)
    {
        using var code = QRCodeGenerator.GenerateQrCode(link, QRCodeGenerator.ECCLevel.L);
        return
        [
            .. code.ModuleMatrix.Select(row => string.Concat(row.Cast<bool>().Select(dark => dark ? '#' : ' '))),
        ];
    }

    private static bool IsDrawn(string line) => line.StartsWith(BlackOnWhite, StringComparison.Ordinal)
        && line.EndsWith(Plain, StringComparison.Ordinal);

    private static string Half(string blocks, string inked) => string.Concat(
        blocks.Select(block => inked.Contains(block, StringComparison.Ordinal) ? '#' : ' '));
}
