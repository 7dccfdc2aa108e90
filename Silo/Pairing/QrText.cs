using System.Text;
using QRCoder;

namespace QuicPair.Silo.Pairing;

/// <summary>A QR code for a terminal, two modules per character.</summary>
internal static class QrText
{
    private const string BlackOnWhite = "\e[30;107m";
    private const string Plain = "\e[0m";

    /// <summary>
    /// The code with its quiet zone. With colours it is dark on light everywhere; without, it is drawn for light text
    /// on a dark background.
    /// </summary>
    public static string Draw(string text, bool useColor)
    {
        // The least correction: a screen is clean, and a terminal has few rows.
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.L);
        var modules = code.ModuleMatrix;
        var drawing = new StringBuilder();
        for (var y = 0; y < modules.Count; y += 2)
        {
            drawing.Append(useColor ? BlackOnWhite : "");
            for (var x = 0; x < modules.Count; x++)
            {
                var (upper, lower) = (modules[y][x], y + 1 < modules.Count && modules[y + 1][x]);
                drawing.Append(useColor ? Block(upper, lower) : Block(!upper, !lower));
            }

            drawing.Append(useColor ? Plain : "").Append('\n');
        }

        return drawing.ToString();
    }

    private static char Block(bool upper, bool lower) => (upper, lower) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        _ => ' ',
    };
}
