package check

import "strings"

// words are the words of a command line, without their quotes, roughly as a shell has
// them. What ends a command is the word ";".
func words(command string) []string {
	var s splitter
	for _, r := range command {
		s.take(r)
	}
	s.end()
	return s.out
}

type splitter struct {
	out     []string
	word    strings.Builder
	begun   bool // also by quotes with nothing in them
	quote   rune
	escaped bool
}

func (s *splitter) take(r rune) {
	switch {
	case s.escaped:
		s.escaped = false
		s.add(r)
	case r == '\\' && s.quote != '\'':
		s.escaped = true
	case s.quote != 0:
		if r == s.quote {
			s.quote = 0
			return
		}
		s.add(r)
	case r == '\'' || r == '"':
		s.quote, s.begun = r, true
	case r == ' ' || r == '\t':
		s.end()
	case (r == '{' || r == '}') && strings.Contains(s.word.String(), "$"):
		s.add(r) // of "${NAME}"
	case strings.ContainsRune("\n;|&(){}", r):
		s.end()
		s.out = append(s.out, ";")
	default:
		s.add(r)
	}
}

func (s *splitter) add(r rune) {
	s.begun = true
	s.word.WriteRune(r)
}

func (s *splitter) end() {
	if s.begun {
		s.out = append(s.out, s.word.String())
	}
	s.word.Reset()
	s.begun = false
}
