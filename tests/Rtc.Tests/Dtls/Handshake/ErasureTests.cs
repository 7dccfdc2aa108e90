using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>What was secret in a handshake is gone with it, however it ends.</summary>
public sealed class ErasureTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ephemeral_keys_and_master_secrets_do_not_outlive_the_handshake(bool succeeds)
    {
        var (clientIdentity, serverIdentity) = (Identity(), Identity());
        var entropy = new SplitMix(1);
        var client = new DtlsHandshake(clientIdentity, entropy);
        var server = new DtlsHandshake(serverIdentity, entropy);
        var pair = new Pair<DtlsEndpoint>(
            new DtlsEndpoint(client), new DtlsEndpoint(server), LinkOptions.Clean(DtlsPair.RoundTrip / 2), seed: 1);
        byte[]? ephemeral = null;
        pair.ToLeft.Drop = _ =>
        {
            ephemeral ??= PrivateOf(Assert.IsType<X25519Share>(ContextOf(server)!.Share));
            return false;
        };

        // A server that expects somebody else ends the handshake when the client has derived its keys.
        var expected = succeeds ? clientIdentity : serverIdentity;
        pair.Start(expected.Fingerprint(), serverIdentity.Fingerprint());
        var end = succeeds ? DtlsState.Connected : DtlsState.Failed;
        pair.RunUntil(() => pair.AreBoth(end), DtlsPair.Soon, "end");

        AssertErased(ephemeral!);
        AssertErased(MasterOf(ContextOf(client)!.Schedule!));
        Assert.Null(ContextOf(client)!.Share);
        Assert.Null(ContextOf(server)!.Share);
        Assert.Equal(succeeds, ContextOf(server)!.Schedule is not null);
        if (succeeds) AssertErased(MasterOf(ContextOf(server)!.Schedule!));
    }

    [Fact]
    public void A_key_on_the_platform_s_curve_is_of_no_use_once_it_is_disposed_of()
    {
        using var peer = KeyShare.Create(NamedGroup.Secp256r1, null, new SplitMix(1))!;
        var share = KeyShare.Create(NamedGroup.Secp256r1, null, new SplitMix(2))!;
        Assert.True(share.TryAgree(peer.PublicKey, new byte[KeyShare.SecretLength]));
        share.Dispose();

        Assert.Throws<ObjectDisposedException>(() => share.TryAgree(peer.PublicKey, new byte[KeyShare.SecretLength]));
    }

    [Fact]
    public void A_hello_that_is_refused_makes_no_key()
    {
        var (entropy, counting) = (new SplitMix(1), new CountingX25519());
        var (client, server) = (Identity(), TestIdentity.Create(counting));
        using var offers = new DtlsEndpoint(client, entropy);
        using var refuses = new DtlsEndpoint(server, entropy);
        var (now, roundTrip) = (Instant.Start, DtlsPair.RoundTrip);
        offers.Transport.Start(now, new DtlsParameters(DtlsRole.Client, [server.Fingerprint()], roundTrip));
        refuses.Transport.Start(now, new DtlsParameters(DtlsRole.Server, [client.Fingerprint()], roundTrip));
        var buffer = new byte[DtlsTransport.MaximumFlightDatagram];
        Assert.True(offers.TryTransmit(now, buffer, out var length));

        refuses.HandleDatagram(now, Records.WithExtensions(buffer[..length], all => all.Where(
            each => BinaryPrimitives.ReadUInt16BigEndian(each) != (ushort)ExtensionType.ExtendedMasterSecret)));

        Assert.Equal(DtlsState.Failed, refuses.Transport.State);
        Assert.Equal(0, counting.Keys);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_context")]
    private static extern ref HandshakeContext? ContextOf(DtlsHandshake handshake);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_master")]
    private static extern ref byte[] MasterOf(KeySchedule schedule);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_private")]
    private static extern ref byte[] PrivateOf(X25519Share share);

    private static DtlsIdentity Identity() => TestIdentity.Create(new ReferenceX25519());

    private static void AssertErased(byte[] secret) => Assert.Equal(new byte[secret.Length], secret);

    private sealed class CountingX25519 : IX25519
    {
        private readonly ReferenceX25519 _reference = new();

        public int Keys { get; private set; }

        public void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
        {
            Keys++;
            _reference.DerivePublicKey(privateKey, publicKey);
        }

        public bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> secret) =>
            _reference.TryAgree(privateKey, peerPublicKey, secret);
    }
}
