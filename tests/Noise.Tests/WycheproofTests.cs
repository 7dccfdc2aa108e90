using System.Security.Cryptography;
using System.Text.Json;
using QuicPair.Noise.Primitives;

namespace QuicPair.Noise.Tests;

public sealed class WycheproofTests
{
    [Fact]
    public void X25519_agrees_and_refuses_all_zero_results()
    {
        var (agreed, refused) = (0, 0);
        foreach (var test in Tests("crypto/x25519_test.json"))
        {
            var shared = new byte[X25519.KeyLength];
            using var key = X25519.Import(test.Hex("private"));
            var accepted = X25519.TryAgree(key, test.Hex("public"), shared);
            var expected = test.Hex("shared");
            Assert.Equal(expected.Any(b => b != 0), accepted);
            if (accepted)
            {
                Assert.Equal(expected, shared);
            }

            agreed += accepted ? 1 : 0;
            refused += accepted ? 0 : 1;
        }

        Assert.Equal((487, 31), (agreed, refused));
    }

    [Fact]
    public void ChaChaPoly_opens_what_is_valid_and_nothing_else()
    {
        var (run, otherNonceSize) = (0, 0);
        foreach (var test in Tests("crypto/chacha20_poly1305_test.json"))
        {
            if (test.Hex("iv").Length != 12)
            {
                otherNonceSize++;
                continue;
            }

            Assert.Equal(test.GetProperty("result").GetString() == "valid", Opens(test));
            run++;
        }

        Assert.Equal((316, 9), (run, otherNonceSize));
    }

    private static bool Opens(JsonElement test)
    {
        using var cipher = new ChaCha20Poly1305(test.Hex("key"));
        var plaintext = new byte[test.Hex("ct").Length];
        try
        {
            cipher.Decrypt(test.Hex("iv"), test.Hex("ct"), test.Hex("tag"), plaintext, test.Hex("aad"));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        return plaintext.AsSpan().SequenceEqual(test.Hex("msg"));
    }

    private static IEnumerable<JsonElement> Tests(string path) =>
        VectorFile.Json(path).GetProperty("testGroups").EnumerateArray()
            .SelectMany(group => group.GetProperty("tests").EnumerateArray());
}
