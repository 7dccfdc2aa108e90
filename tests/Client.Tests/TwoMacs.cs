using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests;

/// <summary>Two Macs of one front door and a phone that is paired with both; <see cref="Asked"/> is picked.</summary>
internal sealed class TwoMacs : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _refusals;

    private TwoMacs()
    {
        Door = new SeveralMacs(Other, Asked);
        Phone = new Phone(new PhoneOptions
        {
            StorePath = Path.Combine(_folder.Path, "pairings.json"),
            HttpHandler = Door,
        });
    }

    public TestMac Asked { get; } = new();

    public TestMac Other { get; } = new();

    public SeveralMacs Door { get; }

    public Phone Phone { get; }

    /// <summary>The questions that <see cref="Asked"/> was sent.</summary>
    public List<ChatMessage> Questions { get; } = [];

    /// <summary>How often <see cref="Asked"/> was asked for the rest.</summary>
    public int Resumptions { get; private set; }

    /// <summary>The id of <see cref="Asked"/>.</summary>
    public string AskedId => Protocol.KeySchedule.MacId(Asked.Static.PublicKey);

    public static async Task<TwoMacs> Start(CancellationToken cancellation)
    {
        var macs = new TwoMacs();
        foreach (var mac in new[] { macs.Other, macs.Asked })
        {
            await (await macs.Phone.Pair(mac.Link, cancellation)).DisposeAsync();
        }

        return macs;
    }

    /// <summary>
    /// Has <see cref="Asked"/> go away with the first question, behind the first words of the answer or before any,
    /// and stay away for so many offers.
    /// </summary>
    public void LoseAsked(bool hasText, int offers)
    {
        _refusals = offers;
        Door.OnAway = () =>
        {
            if (--_refusals == 0) Door.Away.Clear();
        };
        Asked.OnChat = (peer, chat) =>
        {
            Questions.Add(chat);
            if (hasText) peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
            Door.Away.Add(Asked);
            peer.Close(Protocol.CloseCode.Shutdown);
        };
        Asked.OnResume = (peer, resume) =>
        {
            Resumptions++;
            peer.Send(new DeltaMessage { Id = resume.Id, Seq = resume.After + 1, Content = " resumed" });
            peer.Send(new DoneMessage { Id = resume.Id, Seq = resume.After + 2, Reason = DoneReason.Stop });
        };
    }

    /// <summary>Has <see cref="Other"/> do this when it is asked, before it answers with the question.</summary>
    public void WhenOtherIsAsked(Action act) => Other.OnChat = (peer, chat) =>
    {
        act();
        peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = chat.Prompt! });
        peer.Send(new DoneMessage { Id = chat.Id, Seq = 2, Reason = DoneReason.Stop });
    };

    public async ValueTask DisposeAsync()
    {
        await Phone.DisposeAsync();
        Door.Dispose();
        Asked.Dispose();
        Other.Dispose();
        _folder.Dispose();
    }
}
