using System.Text.Json;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class DisplayNameTests
{
    [Fact]
    public void Names_are_made_safe_as_phones_and_Macs_do_it()
    {
        var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "names.json"));
        using var answers = JsonDocument.Parse(file);
        var cases = answers.RootElement.GetProperty("cases").EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        Assert.All(cases, answer => Assert.Equal(
            answer.GetProperty("out").GetString(), DisplayName.Clean(answer.GetProperty("in").GetString())));
    }

    [Fact]
    public void Half_a_character_becomes_a_replacement_character() =>
        Assert.Equal("a\ufffd", DisplayName.Clean("a\ud800"));

    [Fact]
    public void A_name_that_was_not_told_is_empty() => Assert.Equal("", DisplayName.Clean(null));

    [Theory]
    [InlineData("", "")]
    [InlineData("Anna's phone", "A…")]
    [InlineData("😀 phone", "😀…")]
    public void Its_first_character_is_what_is_shown_of_a_device(string name, string shown) =>
        Assert.Equal(shown, DisplayName.Redact(name));
}
