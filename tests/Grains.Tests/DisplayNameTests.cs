using System.Text;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class DisplayNameTests
{
    [Theory]
    [InlineData("Anna's phone", "Anna's phone")]
    [InlineData("  \tAnna\u0007\r\n ", "Anna")]
    [InlineData("\u202Eenohp\u2066\u2069\u200E\u061C", "enohp")]
    [InlineData("\u001b[31mred", "[31mred")]
    [InlineData("line\u2028break", "linebreak")]
    [InlineData(null, "")]
    public void Removes_what_is_not_shown(string? name, string shown) =>
        Assert.Equal(shown, DisplayName.Clean(name));

    [Fact]
    public void Half_a_character_becomes_a_replacement_character() =>
        Assert.Equal("a\ufffd", DisplayName.Clean("a\ud800"));

    [Fact]
    public void Keeps_64_bytes_of_whole_characters()
    {
        var clean = DisplayName.Clean("x" + string.Concat(Enumerable.Repeat("😀", 40)));
        Assert.Equal("x" + string.Concat(Enumerable.Repeat("😀", 15)), clean);
        Assert.Equal(61, Encoding.UTF8.GetByteCount(clean));
    }
}
