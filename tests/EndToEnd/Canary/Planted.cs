using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;
using ErrorCode = QuicPair.Protocol.ErrorCode;

namespace QuicPair.EndToEnd.Canary;

/// <summary>What a phone and its Mac had for themselves, and what was said where it failed.</summary>
/// <param name="Mac">The Mac's id.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Link">The link that paired it.</param>
/// <param name="Prompt">What it asked.</param>
/// <param name="Failures">What was said of what failed.</param>
/// <param name="Stored">What must be in no file.</param>
/// <param name="Everywhere">What must be nowhere else either: the Mac's seals, too.</param>
internal sealed record Planted(
    string Mac, string Device, string Link, string Prompt, string Failures, CanaryScan Stored, CanaryScan Everywhere)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A phone pairs through a front door and is answered, then it and another one fail.</summary>
    /// <param name="mac">Its Mac, whose runner answers at once.</param>
    /// <param name="door">The front door that the Mac's links name.</param>
    /// <param name="folder">For the files of the phones.</param>
    public static async Task<Planted> Through(MacProcess mac, Uri door, string folder)
    {
        var prompt = $"prompt-{Guid.NewGuid():N}";
        var name = $"name-{Guid.NewGuid():N}";
        var text = await mac.InviteFromAway();
        Assert.True(PairingLink.TryParse(text, out var link, out string problem), problem);
        Assert.Equal(door.GetLeftPart(UriPartial.Authority), link.Origin);
        var invited = SealedKeys.Of(mac);
        var options = new PhoneOptions { Name = name, StorePath = Path.Combine(folder, "pairings.json") };
        await using var phone = new Phone(options);
        await using var paired = await phone.Pair(link, Cancellation);
        await foreach (var message in paired.Chat(new ChatMessage { Prompt = prompt }))
        {
            Assert.IsNotType<ErrorMessage>(message);
        }

        await using var late = new Phone(options with { StorePath = Path.Combine(folder, "late.json") });
        var failures = await Fail(paired, prompt) + await Fail(late, link);
        var record = phone.Pairings.Load().Single();
        var kept = SealedKeys.Of(mac);
        byte[][] ofThePhone = [record.PrivateKey, record.Psk!, record.OfferKey!];
        byte[][] ofTheLink = [link.Secret, KeySchedule.Psk(link.Secret), KeySchedule.OfferKey(link.Secret)];
        byte[][] ofTheMac = [.. invited.Secrets, .. kept.Secrets];
        byte[][] atBoth = [link.Secret, record.Psk!, record.OfferKey!];
        Assert.All(
            atBoth, secret => Assert.Contains(ofTheMac, known => known.AsSpan().SequenceEqual(secret)));
        byte[][] secrets = [.. ofTheLink, .. ofThePhone, .. ofTheMac];
        string[] texts = [prompt, name, text, text[^96..]];
        return new Planted(
            record.MacId, record.DeviceId, text, prompt, failures, new CanaryScan(texts, secrets),
            new CanaryScan(texts, [.. secrets, .. kept.Seals]));
    }

    /// <summary>A chat that fails at the Mac, which throws on its way.</summary>
    private static async Task<string> Fail(PairedMac paired, string prompt)
    {
        Message? last = null;
        await foreach (var message in paired.Chat(new ChatMessage { Prompt = prompt, Model = "absent" }))
        {
            last = message;
        }

        var error = Assert.IsType<ErrorMessage>(last);
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        return $"{error}\n{error.Text}\n";
    }

    /// <summary>A pairing that is refused: the link is used.</summary>
    private static async Task<string> Fail(Phone late, PairingLink used)
    {
        var refusal = await Assert.ThrowsAsync<ConnectException>(() => late.Pair(used, Cancellation));
        Assert.Equal(ConnectFailure.Refused, refusal.Reason);
        return refusal.ToString();
    }
}
