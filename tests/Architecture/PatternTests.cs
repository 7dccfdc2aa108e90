using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>Which handshake patterns a program can reach (docs/protocol.md, 4).</summary>
public sealed partial class PatternTests
{
    private static readonly string[] Reachable =
    [
        "Client/Session/PairingSeal.cs: N",
        "Client/Session/PhoneHandshake.cs: IKpsk2",
        "Silo/Household/JoinExchange.cs: IKpsk2",
        "Silo/Phones/MacHandshake.cs: IKpsk2",
        "Silo/Vouching/SealedMessages.cs: N",
        "Silo/Vouching/SealedMessages.cs: X",
    ];

    [Fact]
    public void Connections_have_one_pattern_and_sealed_messages_theirs_in_one_file() => Assert.Equal(
        Reachable,
        Repository.Sources
            .Where(file => !file.Path.StartsWith("tests/", StringComparison.Ordinal)
                && !file.Path.StartsWith("Noise/", StringComparison.Ordinal))
            .SelectMany(file => Parsed().Matches(file.Text).Select(match => $"{file.Path}: {match.Groups[1].Value}"))
            .Order(StringComparer.Ordinal));

    [GeneratedRegex("HandshakePattern\\.Parse\\(\"?([^\")]*)")]
    private static partial Regex Parsed();
}
