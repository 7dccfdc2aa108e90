using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using QuicPair.Cluster.Certificates;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;

namespace QuicPair.Fuzz.Targets;

/// <summary>What a Mac is told of a household and its members, before anybody there is known.</summary>
internal static class HouseholdTargets
{
    // The most characters of an invitation.
    private const int InvitationMax = 4096;

    private const string Name = "abcdefghij234567";

    private static readonly HouseholdAuthority Authority = HouseholdAuthority.Create(TimeProvider.System);

    private static readonly MemberCertificate Member = Issue();

    /// <summary>The input is what the owner pastes behind <c>quicpair join</c>.</summary>
    public static bool Invitation(ReadOnlySpan<byte> input) =>
        !OperatingSystem.IsWindows() && IsInvitation(Encoding.UTF8.GetString(input));

    /// <summary>
    /// The input is a key, SubjectPublicKeyInfo: the one that a Mac which joins wants certified, and the household's
    /// that it is told.
    /// </summary>
    public static bool Key(ReadOnlySpan<byte> input)
    {
        if (!OperatingSystem.IsWindows() && IsSigner(input.ToArray()))
        {
            throw new InvalidDataException("A key has signed what nobody signed.");
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Authority.Issue(Name, input));
            if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != Name)
            {
                throw new InvalidDataException("A certificate has another name than it was made for.");
            }

            return true;
        }
        catch (CertificateException)
        {
            // What whoever asks gets no certificate for.
            return false;
        }
    }

    /// <summary>The input is a certificate that this household never made.</summary>
    public static void Certificate(ReadOnlySpan<byte> input)
    {
        if (Member.NameOf(input) is not null) throw new InvalidDataException("A stranger's certificate was taken.");
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsInvitation(string text)
    {
        if (!MemberInvitation.TryParse(text, out var invitation)) return false;
        var isWhole = invitation is
        {
            At: not null,
            Mac: not null,
            Key.Length: KeyPair.KeyLength,
            Secret.Length: HandshakeState.PresharedKeyLength,
        };
        if (!isWhole) throw new InvalidDataException("An invitation was taken that lacks something.");

        // What JSON writes as an escape is longer than what it was read from.
        var written = invitation.Format();
        if (written.Length <= InvitationMax && !IsSame(written, invitation))
        {
            throw new InvalidDataException("An invitation does not read what it wrote.");
        }

        return true;
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsSame(string written, MemberInvitation invitation) =>
        MemberInvitation.TryParse(written, out var again)
        && (again.At, again.Mac, again.Expires) == (invitation.At, invitation.Mac, invitation.Expires)
        && again.Key.AsSpan().SequenceEqual(invitation.Key)
        && again.Secret.AsSpan().SequenceEqual(invitation.Secret);

    [UnsupportedOSPlatform("windows")]
    private static bool IsSigner(byte[] root) => new HouseholdTrust(root, [], null)
        .Knows(new byte[KeySchedule.KeyLength], new byte[Voucher.StatementLength]);

    /// <summary>A member's certificate; its files are gone at once.</summary>
    private static MemberCertificate Issue()
    {
        var folder = Directory.CreateTempSubdirectory("quicpair-");
        try
        {
            MemberCertificate.Issue(Authority, Name, folder.FullName);
            return MemberCertificate.Open(folder.FullName)!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
