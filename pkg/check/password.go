package check

import (
	"path"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/check/request"
)

// password says behind what a command line has a password written out, as far as that
// can be told, and "" for none. What comes from a variable or another command is none.
// It never repeats the password.
func password(command string) string {
	var last string    // the word before
	var program string // the last word that could be the name of a program known here
	for _, word := range words(command) {
		if word == ";" {
			last, program = "", ""
			continue
		}
		if word == "=" { // SQL has spaces around it
			last += word
			continue
		}
		if where := written(program, last, word); where != "" {
			return where
		}
		if strings.ContainsAny(word, " \t\n;") { // a command for another shell
			if where := password(word); where != "" {
				return where
			}
		}
		dir, name := path.Split(word)
		if known := families(name); known != "" && (dir == "" || path.Base(dir) == "bin") {
			program = known
		}
		last = word
	}
	return ""
}

// families are the programs whose flags of one letter are known here.
func families(program string) string {
	for family, names := range map[string][]string{
		"mysql": {"mysql", "mariadb"}, "redis": {"redis-", "valkey-", "keydb-"}, "mongo": {"mongo"}, "curl": {"curl"},
		"rabbit": {"rabbitmqadmin"}, "cqlsh": {"cqlsh"}, "nodetool": {"nodetool"},
	} {
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(program, name) }) {
			return family
		}
	}
	return ""
}

// written says behind what this word of a program's command line has a password, or is
// one.
func written(program, last, word string) string {
	if where := assigned(program, last, word); where != "" {
		return where
	}
	glued := func(flag string) bool {
		value, ok := strings.CutPrefix(word, flag)
		return ok && literal(value)
	}
	behind := func(flags ...string) bool { return slices.Contains(flags, last) && literal(word) }
	user := len(last) > 1 && last[0] == '-' && last[1] != '-' && last[len(last)-1] == 'u' // among other letters
	switch {
	case program == "mysql" && glued("-p"):
		return "-p"
	case program == "redis" && behind("-a"):
		return "-a"
	case (program == "mongo" || program == "rabbit") && (behind("-p") || glued("-p")):
		return "-p"
	case program == "cqlsh" && behind("-p"), program == "nodetool" && behind("-pw"):
		return last
	case program == "curl" && user && pair(word):
		return "-u"
	case program == "curl" && strings.HasPrefix(word, "-u") && pair(word[2:]):
		return "-u"
	case last == "--user" && pair(word):
		return "--user"
	case strings.HasPrefix(word, "--user=") && pair(word[len("--user="):]):
		return "--user"
	case header(word):
		return "Authorization"
	case inURL(word):
		return "://"
	}
	return ""
}

// assigned is for NAME=secret, --name=secret and --name secret.
func assigned(program, last, word string) string {
	name, value, ok := strings.Cut(word, "=")
	if ok && secretName(name) && literal(value) {
		return name + "="
	}
	if before, apart := strings.CutSuffix(last, "="); apart && secretName(before) && literal(word) {
		return last
	}
	// The clients of MySQL ask for a password behind --password alone.
	if program != "mysql" && strings.HasPrefix(last, "--") && !strings.Contains(last, "=") && secretName(last) && literal(word) {
		return last
	}
	return ""
}

// secretName reports whether a variable or a flag is one whose value is a secret, and
// not where it is to be found.
func secretName(name string) bool {
	bare := strings.TrimLeft(name, "-")
	if bare == "" || strings.ContainsFunc(bare, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return false
	}
	lower := strings.ToLower(bare)
	for _, place := range []string{"file", "path", "env", "stdin", "dir"} {
		if strings.HasSuffix(lower, place) {
			return false
		}
	}
	switch {
	case strings.HasPrefix(lower, "no-"), lower == "code", lower == "auth", lower == "key", lower == "sig":
		return false // --code and --key are of other things mostly
	case strings.HasSuffix(lower, "cli_auth"), strings.HasSuffix(lower, "_pwd"):
		return true
	case lower == "pwd":
		return false // a shell's own
	}
	return request.Secret(bare)
}

// literal reports whether a value is written out. A shell fills in the others.
func literal(value string) bool {
	switch strings.ToLower(value) {
	case "on", "off", "true", "false", "yes", "no", "0", "1": // of an option that only has "password" in its name
		return false
	}
	return value != "" && value[0] != '$' && value[0] != '`' && value[0] != '-' && value[0] != '<'
}

// pair reports whether it is a user and a password.
func pair(word string) bool {
	_, password, ok := strings.Cut(word, ":")
	return ok && literal(password)
}

// header reports whether it is a header that logs in.
func header(word string) bool {
	lower := strings.ToLower(word)
	for _, name := range []string{"authorization:", "x-api-key:", "x-vault-token:"} {
		if rest, ok := strings.CutPrefix(lower, name); ok {
			fields := strings.Fields(rest)
			return len(fields) > 0 && literal(fields[len(fields)-1])
		}
	}
	return false
}

// inURL reports whether there is a password in an address.
func inURL(word string) bool {
	_, rest, found := strings.Cut(word, "://")
	if !found {
		return false
	}
	if end := strings.IndexAny(rest, "/?# "); end >= 0 {
		rest = rest[:end]
	}
	at := strings.LastIndexByte(rest, '@')
	return at >= 0 && pair(rest[:at])
}
