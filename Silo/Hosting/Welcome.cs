using QuicPair.SignalingApi;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Hosting;

/// <summary>What the daemon says on its terminal. Links and tokens only where a person looks.</summary>
internal static class Welcome
{
    // Ours: enough to take a phone out of a pocket.
    private static readonly TimeSpan LeastShown = TimeSpan.FromSeconds(30);

    public static void Show(Daemon daemon, TextWriter output, bool isTerminal, bool colours)
    {
        var mac = daemon.Mac;
        output.WriteLine($"QuicPair on {mac.Status.Name} ({mac.Keys.MacId})");
        output.WriteLine($"Models: {mac.Runner.Description}");
        if (mac.Runner.IsBuiltIn && mac.Settings.Runner.Kind == "auto")
        {
            output.WriteLine("        Start Ollama at any time and it takes over.");
        }

        var origins = mac.FindPlaces().Origins;
        foreach (var origin in origins) output.WriteLine($"Front door: {origin}");
        if (mac.Settings.ShowLink == "always" || (isTerminal && mac.Settings.ShowLink == "terminal"))
        {
            ShowInvitation(mac.Inviter.InviteOrContinue(LeastShown, TimeProvider.System), output, colours);
        }
        else
        {
            output.WriteLine("Pair a phone: quicpair pair");
        }

        foreach (var line in OperatorLinks.Lines(daemon.App.Services, origins[^1], isTerminal))
        {
            output.WriteLine(line);
        }

        if (!isTerminal) return;
        mac.Confirmations.Announced = phone => output.WriteLine(
            $"{phone.Name} wants to pair and shows {Digits(phone.Code)}; "
            + "answer where you ran: quicpair pair --confirm");
        mac.Confirmations.Completed = phone => output.WriteLine(
            $"Paired with {phone.Name}, which shows {Digits(phone.Code)}. "
            + $"Not your phone? quicpair devices revoke {phone.Device}");
        mac.Confirmations.SecondClaimed = _ => output.WriteLine("A second device tried the code of this pairing.");
    }

    /// <summary>The QR code and the links of an invitation.</summary>
    public static void ShowInvitation(InvitationLinks invitation, TextWriter output, bool colours)
    {
        output.WriteLine();
        var seconds = (invitation.Expires - TimeProvider.System.GetUtcNow()).TotalSeconds;
        output.WriteLine($"Scan this with your phone's camera within {seconds:0} seconds, or open the link:");
        output.Write(QrText.Draw(invitation.Links[0], colours));
        foreach (var link in invitation.Links) output.WriteLine(link);
        output.WriteLine();
        if (invitation.ThisMachineOnly) output.WriteLine("This works on this machine only.");
        else if (invitation.ThisNetworkOnly) output.WriteLine("This works in this network only.");
        output.WriteLine("A new code: quicpair pair");
    }

    private static string Digits(string code) => $"{code[..3]} {code[3..]}";
}
