using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>The limits of connections, in the protocol's own numbers (docs/protocol.md, 4), and their end.</summary>
public sealed class PhoneHostTests
{
    [Fact]
    public async Task A_device_has_two_unfinished_connections_and_a_third_takes_the_place_of_its_first()
    {
        await using var desk = new HostDesk(connects: false);
        var (device, other) = (desk.Sessions.Pair(), desk.Sessions.Pair());
        var others = await desk.Accepted(other);
        var first = await desk.Accepted(device);
        var second = await desk.Accepted(device);
        Assert.True(desk.IsUnfinished(first));

        var third = await desk.Accepted(device);
        await desk.Finished(first);

        Assert.All(new[] { others, second, third }, offer => Assert.True(desk.IsUnfinished(offer)));
    }

    [Fact]
    public async Task Of_two_unfinished_connections_of_a_device_from_one_socket_only_the_later_one_is_meant()
    {
        await using var desk = new HostDesk(connects: false);
        var (device, other) = (desk.Sessions.Pair(), desk.Sessions.Pair());
        var (first, _, phone) = await desk.Offer(device);
        var (others, _, _) = await desk.OfferBeside(phone, other);
        Assert.True(desk.IsUnfinished(first));

        var (second, reply, _) = await desk.OfferBeside(phone, device);
        await desk.Finished(first);

        Assert.NotNull(reply.Answer);
        Assert.True(desk.IsUnfinished(second));
        Assert.True(desk.IsUnfinished(others));
    }

    [Fact]
    public async Task An_offer_that_was_overtaken_by_a_later_one_from_its_socket_ends_nothing()
    {
        await using var desk = new HostDesk(connects: false);
        var device = desk.Sessions.Pair();
        var (_, _, phone) = await desk.Offer(device);
        var overtaken = desk.SignBeside(phone, device);
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        var (meant, _, _) = await desk.OfferBeside(phone, device);

        Assert.IsType<OfferVerdict.Verified>(desk.Verify(overtaken));
        var late = await desk.Host.Answer(overtaken, TestContext.Current.CancellationToken);
        Assert.Equal(OfferProblem.Refused, late.Problem);
        Assert.True(desk.IsUnfinished(meant));
    }

    [Fact]
    public async Task A_Mac_has_eight_unfinished_connections_and_no_ninth()
    {
        await using var desk = new HostDesk(connects: false);
        var devices = Enumerable.Range(0, 5).Select(_ => desk.Sessions.Pair()).ToList();
        var (first, _, phone) = await desk.Offer(devices[0]);
        await desk.Accepted(devices[0]);
        foreach (var device in devices.Skip(1).Take(3))
        {
            await desk.Accepted(device);
            await desk.Accepted(device);
        }

        Assert.Equal(OfferProblem.Overloaded, (await desk.Offer(devices[4])).Reply.Problem);
        Assert.True(desk.IsUnfinished(first));

        // A device that is among the eight may still begin anew, and makes no room for another.
        Assert.NotNull((await desk.OfferBeside(phone, devices[0])).Reply.Answer);
        await desk.Finished(first);
        await desk.Accepted(devices[0]);
        Assert.Equal(OfferProblem.Overloaded, (await desk.Offer(devices[4])).Reply.Problem);
    }

    [Fact]
    public async Task A_connection_without_a_path_ends_after_thirty_seconds()
    {
        await using var desk = new HostDesk(connects: false);
        var offer = await desk.Accepted(desk.Sessions.Pair());
        await desk.Time.Begun(TimeSpan.FromSeconds(30));

        desk.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(desk.IsUnfinished(offer));
        desk.Time.Advance(TimeSpan.FromSeconds(1));

        await desk.Finished(offer);
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public async Task A_phone_that_has_shaken_hands_has_thirty_seconds_to_become_live(int seconds, bool isInTime)
    {
        await using var desk = new HostDesk(connects: true);
        using var phone = await desk.Connect(desk.Sessions.Pair());

        desk.Time.Advance(TimeSpan.FromSeconds(seconds));
        if (isInTime)
        {
            await Answers(phone);
            desk.Time.Advance(TimeSpan.FromSeconds(2));
            await Answers(phone);
        }
        else
        {
            Assert.Null(await phone.Next());
            await phone.Run;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_phone_whose_owner_compares_the_six_digits_has_ninety_five_seconds(bool isInTime)
    {
        await using var desk = new HostDesk(connects: true);
        var invitation = desk.Sessions.Invite(LinkFlags.OwnerMustConfirm);
        using var phone = await desk.Connect(invitation);
        await Answers(phone);
        desk.Time.Advance(TimeSpan.FromSeconds(30));
        await desk.Time.Begun(TimeSpan.FromSeconds(65));
        await Answers(phone);

        desk.Time.Advance(TimeSpan.FromSeconds(15));
        var code = KeySchedule.ConfirmationCode(phone.Hash);
        Assert.True(desk.Sessions.Confirmations.Answer(invitation.Device, code, accept: true));
        Assert.StartsWith("""{"op":"paired","k":""", await phone.Next(), StringComparison.Ordinal);
        desk.Time.Advance(TimeSpan.FromSeconds(49));
        if (isInTime)
        {
            await phone.Send("""{"op":"paired_ack"}""");
            Assert.Equal("""{"op":"paired_done"}""", await phone.Next());
            desk.Time.Advance(TimeSpan.FromSeconds(2));
            await Answers(phone);
        }
        else
        {
            await Answers(phone);
            desk.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Null(await phone.Next());
            await phone.Run;
        }
    }

    [Fact]
    public async Task Revoking_a_device_ends_all_its_connections_and_its_chat_at_once_and_nobody_elses()
    {
        await using var desk = new HostDesk(connects: true);
        var (device, other) = (desk.Sessions.Pair(), desk.Sessions.Pair());
        using var phone = await desk.ConnectLive(device);
        using var unfinished = await desk.Connect(device);
        using var bystander = await desk.ConnectLive(other);
        await phone.Send("""{"op":"chat","id":"c1","prompt":"one"}""");
        var script = await desk.Sessions.Runner.Begun();
        var id = DeviceId.Parse(device.Id);
        Assert.NotNull(desk.Host.Presence(id));

        // The clock stands still from here on: this waits for no limit.
        Assert.True(await desk.Sessions.Parts.Requests.Devices.Revoke(id, here: false));

        Assert.True(script.Cancelled.IsCancellationRequested);
        Assert.Null(desk.Host.Presence(id));
        Assert.Contains("\"revoked\"", (await phone.UntilEnd())[^1], StringComparison.Ordinal);
        Assert.Empty(await unfinished.UntilEnd());
        Assert.Equal(CloseCode.Revoked, phone.Closed);
        Assert.Equal(CloseCode.Revoked, unfinished.Closed);
        await Task.WhenAll(phone.Run, unfinished.Run);
        await Answers(bystander);
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(600_000)]
    public async Task Revoking_a_device_that_does_not_read_ends_its_session_within_a_second(int unread)
    {
        await using var desk = new HostDesk(connects: true);
        var device = desk.Sessions.Pair();
        using var phone = await desk.ConnectLive(device);
        await phone.Send("""{"op":"chat","id":"c1","prompt":"one"}""");
        var script = await desk.Sessions.Runner.Begun();
        desk.StopReading();
        script.Say(new string('x', unread));
        await desk.Unread;
        var id = DeviceId.Parse(device.Id);

        var revoking = desk.Sessions.Parts.Requests.Devices.Revoke(id, here: false);
        await desk.Time.Begun(TimeSpan.FromMilliseconds(500));
        Assert.False(revoking.IsCompleted);
        desk.Time.Advance(TimeSpan.FromMilliseconds(999));

        // The clock of the network still waits for the phone; the session does not.
        Assert.True(await revoking);
        Assert.True(script.Cancelled.IsCancellationRequested);
        Assert.Null(desk.Sessions.Parts.Live.Find(device.Id));
        Assert.Null(desk.Host.Presence(id));
        desk.ReadOn();
        await phone.Run;
    }

    [Fact]
    public async Task An_offer_that_was_asked_again_on_its_way_makes_one_connection()
    {
        await using var desk = new HostDesk(connects: false);
        var offer = desk.Sign(desk.Sessions.Pair());
        Assert.IsType<OfferVerdict.Verified>(desk.Verify(offer));
        Assert.IsType<OfferVerdict.Verified>(desk.Verify(offer));

        var made = await desk.Host.Answer(offer, TestContext.Current.CancellationToken);
        var late = await desk.Host.Answer(offer, TestContext.Current.CancellationToken);

        Assert.Equal(OfferProblem.Refused, late.Problem);
        Assert.Same(made.Answer, Assert.IsType<OfferVerdict.Repeated>(desk.Verify(offer)).Answer);
    }

    [Fact]
    public async Task A_Mac_that_takes_no_new_phones_takes_the_later_offers_of_those_that_it_has()
    {
        await using var desk = new HostDesk(connects: false);
        var device = desk.Sessions.Pair();
        var (_, first, phone) = await desk.Offer(device);
        desk.Host.IsDraining = true;

        Assert.Equal(OfferProblem.Draining, (await desk.Offer(device)).Reply.Problem);
        var again = desk.Sign(device, phone);
        Assert.IsType<OfferVerdict.Verified>(desk.Verify(again));
        var later = await desk.Host.Answer(again, TestContext.Current.CancellationToken);

        // An answer of the same connection.
        Assert.Equal(first.Answer!.Nonce.ToArray(), later.Answer!.Nonce.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Garbage_of_a_live_phone_is_no_news_in_the_log(bool text)
    {
        await using var desk = new HostDesk(connects: true);
        var device = desk.Sessions.Pair();
        using var phone = await desk.ConnectLive(device);
        await phone.Channel.FromPhone("""{"op":"ping"}"""u8.ToArray(), text);
        Assert.Null(await phone.Next());
        await phone.Run;

        // A whole connection later the host has come to the end of the one before.
        using var next = await desk.ConnectLive(device);
        desk.Host.SocketFailed(null, SocketError.NetworkDown);

        Assert.Equal(
            (LogLevel.Warning, "The socket of the phones' port failed: NetworkDown."), Assert.Single(desk.Log.Entries));
    }

    private static async Task Answers(TestPhone phone)
    {
        await phone.Ping();
        Assert.Equal("pong frame", await phone.Next());
    }
}
