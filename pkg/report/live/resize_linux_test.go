package live_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report/live"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// screenful is what a terminal shows, with the lines that have scrolled out. It
// knows the escapes that the screen uses. When it becomes lower, lines scroll
// out at its top, and they come back when it becomes higher.
type screenful struct {
	above, rows []string
	row, height int
}

var escape = regexp.MustCompile(`^\x1b\[(\??)(\d*)([A-Za-z])`)

// write shows a text. Each line is written from its beginning.
func (s *screenful) write(t *testing.T, text string) {
	t.Helper()
	for text != "" {
		if m := escape.FindStringSubmatch(text); m != nil {
			text = text[len(m[0]):]
			s.escape(t, m[1]+m[3], m[2])
			continue
		}
		end := strings.IndexAny(text, "\r\n\x1b")
		if end < 0 {
			end = len(text)
		}
		if end > 0 {
			s.rows[s.row] = text[:end]
			text = text[end:]
			continue
		}
		if text[0] == '\n' {
			s.feed()
		}
		text = text[1:]
	}
}

func (s *screenful) feed() {
	s.row++
	if s.row < s.height {
		return
	}
	s.row--
	s.above, s.rows = append(s.above, s.rows[0]), append(s.rows[1:], "")
}

func (s *screenful) escape(t *testing.T, name, number string) {
	t.Helper()
	switch name {
	case "A":
		n, err := strconv.Atoi(number)
		require.NoError(t, err)
		s.row = max(0, s.row-n)
	case "H":
		s.row = 0
	case "J":
		for i := s.row; i < s.height; i++ {
			s.rows[i] = ""
		}
	case "K", "?h", "?l": // each line is as long as what was written there
	default:
		t.Fatalf("unknown escape %s", name)
	}
}

func (s *screenful) resize(height int) {
	for len(s.rows) > height && s.row >= height {
		s.above, s.rows = append(s.above, s.rows[0]), s.rows[1:]
		s.row--
	}
	s.rows = s.rows[:min(len(s.rows), height)]
	for len(s.rows) < height && len(s.above) > 0 {
		last := len(s.above) - 1
		s.above, s.rows = s.above[:last], append([]string{s.above[last]}, s.rows...)
		s.row++
	}
	for len(s.rows) < height {
		s.rows = append(s.rows, "")
	}
	s.height = height
}

func TestNoOldLinesAreLeftWhenTheTerminalIsResized(t *testing.T) {
	mark := regexp.MustCompile(`<resize (\d+)>`)
	for _, heights := range [][]int{{24, 8, 24}, {24, 10, 12, 40}, {8, 24, 8}, {24, 12, 24, 12, 30}} {
		t.Run(fmt.Sprint(heights), func(t *testing.T) {
			got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
				s := live.NewScreen(terminal, term.ColorNever, 1)
				s.Handle(0, watchPlan("web"))
				s.View(0, halfway(5))
				for _, height := range heights {
					reporttest.Resize(t, terminal, uint16(height), 80)
					_, err := fmt.Fprintf(terminal, "<resize %d>", height)
					require.NoError(t, err)
					s.Draw(ststest.Start)
					s.Draw(ststest.Start)
				}
			})
			shown := &screenful{}
			for _, at := range mark.FindAllStringSubmatchIndex(got, -1) {
				height, err := strconv.Atoi(got[at[2]:at[3]])
				require.NoError(t, err)
				part, _, _ := strings.Cut(got[at[1]:], "<resize")
				shown.resize(height)
				shown.write(t, part)
				text := strings.Join(shown.rows, "\n")
				require.Equal(t, 1, strings.Count(text, "pods updated and available"), text)
				require.LessOrEqual(t, strings.Count(text, "StatefulSet:"), 1, text)
			}
		})
	}
}

func TestAScreenThatWasAnotherSizeMeanwhileIsDrawnAnew(t *testing.T) {
	got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
		s := live.NewScreen(terminal, term.ColorNever, 1)
		s.Handle(0, watchPlan("web"))
		s.View(0, halfway(5))
		s.Draw(ststest.Start)
		s.Resized() // it is as before again
		s.Draw(ststest.Start)
	})
	require.Equal(t, 1, strings.Count(shown(t, got), "<clear>"))
}
