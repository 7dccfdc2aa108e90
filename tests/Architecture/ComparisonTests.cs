using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>
/// A comparison that ends at the first difference tells by its time how much of a guess was right, and no test can
/// measure that: so the code is read.
/// </summary>
public sealed partial class ComparisonTests
{
    [Fact]
    public void Nothing_in_DTLS_compares_bytes_up_to_the_first_difference() => Assert.DoesNotContain(
        Repository.Sources.Where(file => file.Path.StartsWith("Rtc/Dtls/", StringComparison.Ordinal)),
        file => EndsEarly().IsMatch(file.Text));

    [Theory]
    [InlineData("Rtc/Dtls/Handshake/HandshakeContext.cs")]
    [InlineData("Rtc/Dtls/CertificateFingerprint.cs")]
    [InlineData("Rtc/Dtls/RecordLayer.cs")]
    [InlineData("Rtc/Sctp/Association/StateCookie.cs")]
    [InlineData("Rtc/Stun/MessageIntegrity.cs")]
    public void What_proves_something_is_compared_in_constant_time(string path)
    {
        var text = Repository.Sources.Single(file => file.Path == path).Text;
        Assert.Contains("CryptographicOperations.FixedTimeEquals(", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(EndsEarly(), text);
    }

    [GeneratedRegex(@"\.(SequenceEqual|SequenceCompareTo|CommonPrefixLength|StartsWith|EndsWith)\(")]
    private static partial Regex EndsEarly();
}
