using System.Security.Cryptography;
using System.Text.Json;

namespace QuicPair.Protocol.Tests;

public sealed class KeyScheduleTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("keys");

    [Fact]
    public void Names_a_mac_by_its_key()
    {
        foreach (var answer in Answers.Each("macId"))
        {
            Assert.Equal(answer.Text("macId"), KeySchedule.MacId(answer.Hex("macPublicKey")));
            Assert.True(PartyId.IsValid(answer.Text("macId")));
        }
    }

    [Fact]
    public void Derives_the_keys_of_an_invitation()
    {
        foreach (var answer in Answers.Each("invitation"))
        {
            var secret = answer.Hex("secret");
            Assert.Equal(answer.Text("deviceId"), KeySchedule.DeviceId(secret));
            Assert.Equal(answer.Hex("psk"), KeySchedule.Psk(secret));
            Assert.Equal(answer.Hex("offerKey"), KeySchedule.OfferKey(secret));
        }
    }

    [Fact]
    public void Derives_the_lasting_keys()
    {
        foreach (var answer in Answers.Each("lasting"))
        {
            var root = KeySchedule.Root(answer.Hex("secret"), answer.Hex("k"), answer.Hex("handshakeHash"));
            Assert.Equal(answer.Hex("root"), root);
            Assert.Equal(answer.Hex("psk"), KeySchedule.LastingPsk(root));
            Assert.Equal(answer.Hex("offerKey"), KeySchedule.LastingOfferKey(root));
        }
    }

    [Fact]
    public void Shows_six_digits_with_leading_zeros()
    {
        foreach (var answer in Answers.Each("confirmationCode"))
        {
            Assert.Equal(answer.Text("code"), KeySchedule.ConfirmationCode(answer.Hex("handshakeHash")));
        }

        Assert.Contains(Answers.Each("confirmationCode"), answer => answer.Text("code")[0] == '0');
    }

    [Fact]
    public void Hkdf_passes_wycheproof()
    {
        var run = 0;
        foreach (var group in VectorFile.Json("crypto/hkdf_sha256_test.json").Each("testGroups"))
        {
            foreach (var test in group.Each("tests"))
            {
                Assert.Equal(test.Text("result") is not "invalid", Derives(test));
                run++;
            }
        }

        Assert.Equal(86, run);
    }

    [Theory]
    [InlineData("abcdefghijklmnop", true)]
    [InlineData("a234567777777777", true)]
    [InlineData("abcdefghijklmno", false)]
    [InlineData("abcdefghijklmnopq", false)]
    [InlineData("abcdefghijklmno1", false)]
    [InlineData("abcdefghijklmnoP", false)]
    [InlineData("abcdefghijklmno\n", false)]
    public void An_id_has_sixteen_characters_of_base32(string text, bool valid) =>
        Assert.Equal(valid, PartyId.IsValid(text));

    private static bool Derives(JsonElement test)
    {
        var output = new byte[test.Number("size")];
        try
        {
            HKDF.DeriveKey(
                HashAlgorithmName.SHA256, test.Hex("ikm"), output, test.Hex("salt"), test.Hex("info"));
        }
        catch (ArgumentException)
        {
            return false;
        }

        return output.AsSpan().SequenceEqual(test.Hex("okm"));
    }
}
