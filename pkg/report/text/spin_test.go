package text

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
)

func TestSpinFitsOnTheLine(t *testing.T) {
	const text = "waiting for web-4: nginx: ImagePullBackOff: 画像が見つかりません"
	tests := []struct {
		name  string
		width int
		until time.Duration // from when the wait began, 0 for no end
		after time.Duration
		want  string
	}{
		{"how long it has waited", 80, 0, 75 * time.Second, text + " 1m15s"},
		{"how long a soak still takes", 80, 30 * time.Second, 10 * time.Second, text + ", 20s left"},
		{"a soak that is over takes no time", 80, 30 * time.Second, 31 * time.Second, text + ", 0s left"},
		{"what does not fit is cut", 40, 0, time.Second, "waiting for web-4: nginx: ImageP… 1s"},
		{"a wide character is not halved", 55, 0, time.Second, "waiting for web-4: nginx: ImagePullBackOff: 画… 1s"},
		{"a terminal of unknown width gets it whole", 0, 0, 0, "waiting for web-4: nginx: ImagePullBackOff: 画像が見つかりません 0s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sp := &spin{}
				until := time.Time{}
				if test.until > 0 {
					until = time.Now().Add(test.until)
				}
				sp.wait(text, until)
				time.Sleep(test.after)

				got := sp.says(test.width)

				require.Equal(t, test.want, got)
				if test.width > 0 {
					require.LessOrEqual(t, ansi.StringWidth(got), test.width-3, "the spinner takes two columns, and the last stays empty")
				}
			})
		})
	}
}

func TestSpinSaysWhenTheRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sp := &spin{}
		sp.wait("waiting for web-4: pending", time.Time{})
		sp.began(30 * time.Second)
		sp.ends(8 * time.Minute)
		time.Sleep(5 * time.Second)
		require.Equal(t, "waiting for web-4: pending 35s, halts in 7m55s", sp.says(0))
		require.Equal(t, "waiting for web… 35s, halts in 7m55s", sp.says(40))
		sp.wait("waiting for web-3: pending", time.Time{})
		require.Equal(t, "waiting for web-3: pending 0s", sp.says(80), "another wait has another end")
	})
}

func TestNoSpinShowsNothing(t *testing.T) {
	var none *spin
	require.NotPanics(t, func() {
		none.wait("x", time.Time{})
		none.start()
		none.clear()
		none.stop()
	})
}

// What the spinner's own erasing would do to the lines above it does not get to
// the terminal, and neither do its colours.
func TestTheSpinnerKeepsToItsLine(t *testing.T) {
	var got strings.Builder
	line := &spinLine{w: &got}
	write := func(text string) {
		n, err := line.Write([]byte(text))
		require.NoError(t, err)
		require.Equal(t, len(text), n)
	}
	write("\x1b[?25l")
	write("\r\x1b[K\x1b[F\x1b[K\x1b[F\x1b[K")
	write("\r\x1b[37m⠋\x1b[0m waiting for web-4")
	write("\r\x1b[K\x1b[F\x1b[K")
	write("\r\x1b[37m⠙\x1b[0m waiting for web-4")
	line.last = true
	write("\x1b[?25h")
	write("\r\x1b[K\x1b[F\x1b[K")

	const erase = "\r\x1b[K"
	require.Equal(t, "\x1b[?25l"+erase+"⠋ waiting for web-4"+erase+"⠙ waiting for web-4\x1b[?25h"+erase, got.String())
}
