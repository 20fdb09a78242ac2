package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
)

// otherWords are what people call a verb elsewhere.
var otherWords = map[string][]string{
	"canary":    {"deploy", "retry", "rollout", "set", "update", "upgrade"},
	"promote":   {"continue", "next", "proceed", "resume"},
	"abort":     {"cancel", "stop"},
	"undo":      {"back", "revert", "rollback"},
	"restart":   {"bounce", "recreate"},
	"hold":      {"freeze", "lock", "pause"},
	"release":   {"resume", "thaw", "unfreeze", "unlock", "unpause"},
	"scale":     {"resize"},
	"status":    {"describe", "get", "list", "ls", "show"},
	"prune-pvc": {"cleanup", "gc"},
	"watch":     {"follow", "wait"},
	"history":   {"log", "revisions"},
}

// unknownCommand is the error of words that are no verb, with the verb that
// may have been meant.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	no := &options.UsageError{Err: options.Usage("unknown command %q", args[0])}
	words := args[:1]
	if args[0] == "rollout" && len(args) > 1 {
		words = args[1:2] // kubectl rollout undo is kubectl sts undo
	}
	for _, verb := range root.Commands() {
		if verb.IsAvailableCommand() && (near(words[0], verb.Name()) || slices.Contains(otherWords[verb.Name()], words[0])) {
			no.Try = append(no.Try, hint.Words("did you mean: "+root.CommandPath()+" "+verb.Name()))
		}
	}
	return no
}

// unknownFlag makes errors of flags usage errors, and says which flag may have
// been meant, or which verb has it.
func unknownFlag(cmd *cobra.Command, err error) error {
	no := &options.UsageError{Err: err}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return no
	}
	// A word after one dash is read as letters: -image is -i and so on.
	word := unknown.GetSpecifiedName()
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		word, _, _ = strings.Cut(letters, "=")
	}
	if len(word) < 2 {
		return no
	}
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && near(word, flag.Name) {
			no.Try = append(no.Try, hint.Words("did you mean: --"+flag.Name))
		}
	})
	for _, verb := range cmd.Root().Commands() {
		if len(no.Try) == 0 && verb != cmd && verb.LocalNonPersistentFlags().Lookup(word) != nil {
			no.Try = []hint.Hint{hint.Words("--" + word + " is a flag of: " + verb.CommandPath())}
		}
	}
	return no
}

// near reports whether a word is another one with a slip of the finger or two,
// or its beginning.
func near(typed, word string) bool {
	typed, word = strings.ToLower(typed), strings.ToLower(word)
	if len(typed) > 2 && strings.HasPrefix(word, typed) {
		return true
	}
	slips := 2
	if min(len(typed), len(word)) < 5 {
		slips = 1 // most short words are two slips from each other
	}
	if max(len(typed), len(word))-min(len(typed), len(word)) > slips {
		return false // to compare a word of 100 kB with every flag's name would take all memory
	}
	return distance(typed, word) <= slips
}

// distance counts the letters to insert, leave out, change or swap with the
// next one to make one word of another.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
