using System.Security.Cryptography;
using QuicPair.Rtc.Dtls;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls;

public sealed class CertificateFingerprintTests
{
    private static readonly byte[] Certificate = [1, 2, 3];

    [Theory]
    [InlineData("sha-256")]
    [InlineData("SHA-384")]
    [InlineData("sha-512")]
    public void Matches_the_certificate_that_it_is_of(string algorithm)
    {
        var hash = algorithm[^3..] switch
        {
            "256" => SHA256.HashData(Certificate),
            "384" => SHA384.HashData(Certificate),
            _ => SHA512.HashData(Certificate),
        };
        var value = $"{algorithm} {BitConverter.ToString(hash).Replace('-', ':')}";

        Assert.True(CertificateFingerprint.TryParse(value, out var fingerprint));
        Assert.True(fingerprint!.Matches(Certificate));
        Assert.False(fingerprint.Matches([1, 2, 4]));
    }

    [Fact]
    public void Reads_lower_case_digits_and_writes_upper_case_ones()
    {
        var written = CertificateFingerprint.Of(Certificate).ToString();

        Assert.True(CertificateFingerprint.TryParse(written.ToLowerInvariant(), out var read));
        Assert.Equal(CertificateFingerprint.Of(Certificate), read);
        Assert.Matches("^sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$", written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha-256")]
    [InlineData("sha-256 ")]
    [InlineData("sha-1 03:90:58:C6:F2:C0:CB:49:2C:53:3B:0A:4D:14:EF:77:CC:0F:78:AB")]
    [InlineData("md5 52:89:DF:73:7D:F5:73:26:FC:DD:22:59:7A:FB:1F:AC")]
    [InlineData("sha-256 03:90:58")]
    public void Refuses_broken_hashes_and_broken_text(string value) =>
        Assert.False(CertificateFingerprint.TryParse(value, out _));

    [Fact]
    public void Refuses_digits_that_are_not_hexadecimal()
    {
        var value = CertificateFingerprint.Of(Certificate).ToString();

        Assert.False(CertificateFingerprint.TryParse(value[..^1] + "G", out _));
        Assert.False(CertificateFingerprint.TryParse(value.Replace(':', '-'), out _));
        Assert.False(CertificateFingerprint.TryParse(value + ":00", out _));
    }
}
