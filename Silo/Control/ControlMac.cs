namespace QuicPair.Silo.Control;

/// <summary>A Mac of the household.</summary>
/// <param name="Mac">Its id.</param>
/// <param name="Name">Its name; empty when it is not here to say it.</param>
/// <param name="State">
/// <c>here</c>, <c>draining</c> when it takes no new phones, <c>away</c>, <c>silent</c> when it does not answer, or
/// <c>expelled</c>.
/// </param>
/// <param name="At">The address and port of its silo.</param>
/// <param name="Connected">Phones with a live session.</param>
/// <param name="Paired">Paired devices.</param>
internal sealed record ControlMac(string Mac, string Name, string State, string At, int Connected, int Paired);
