using QuicPair.Client;

namespace QuicPair.Cli.Chatting;

/// <summary>Says what becomes of the way to a Mac: a note to a person, or a line of JSON to a program.</summary>
internal sealed class PathNotices(Terminal terminal, bool json)
{
    // Of this answer: whether the person knows that another program of this device is connected, too.
    private bool _isToldOfOther;

    /// <summary>An answer begins.</summary>
    public void Begin() => _isToldOfOther = false;

    /// <summary>The Mac does not answer, or there is another path.</summary>
    public void Heard(PathNews news)
    {
        if (news == PathNews.Silent) terminal.Note("Your Mac does not answer; looking for another way.");
        if (news == PathNews.Away) terminal.Note(new ConnectException(ConnectFailure.MacAway).Message);
        if (news == PathNews.Restarted) Tell("restarted", "The path was restarted; the connection is the same.");
    }

    /// <summary>The session is over.</summary>
    public void Lost() => terminal.Note("The connection was lost; connecting again.");

    /// <summary>
    /// Another program of this device has the Mac for a moment. Two that are answered take turns: that is said once.
    /// </summary>
    public void GivesWay()
    {
        if (_isToldOfOther) return;
        _isToldOfOther = true;
        terminal.Note(
            "Another program of this device is connected; the answer goes on at the Mac and comes here in a moment.");
    }

    /// <summary>The answer goes on in a new session.</summary>
    public void GoesOn(PairedMac lost) =>
        Tell(lost, "There is a new connection; the answer goes on where it was.");

    /// <summary>The question is asked in a new session.</summary>
    public void IsAsked(PairedMac lost) =>
        Tell(lost, "There is a new connection; the question is asked there.");

    /// <summary>The answer is given up here: how to get its rest.</summary>
    public void GivenUp(PairedMac mac, ChatStream answer)
    {
        var rest = $"quicpair chat --resume {answer.Id} --after {answer.LastSeq}";
        var place = mac.SameMac is null ? "" : $" --mac {mac.Pairing.MacId}";
        terminal.Note($"The answer goes on at the Mac; for its rest: {rest}{place}");
    }

    // That a session which was replaced is followed by another is no news.
    private void Tell(PairedMac lost, string sentence) => Tell("connected_anew", lost.IsReplaced ? null : sentence);

    private void Tell(string change, string? sentence)
    {
        // One call for the whole line: the answer is printed by another thread.
        if (json) terminal.Out.WriteLine($$"""{"op":"path","change":"{{change}}"}""");
        else if (sentence is not null) terminal.Note(sentence);
    }
}
