package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// playNATS says hello, answers each message with the next of the answers, and returns
// their subjects and contents. An answer has a verb, and what comes after the header.
func playNATS(t *testing.T, answers ...[2]string) (*nats, <-chan string) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	messages := make(chan string, len(answers))
	go func() {
		in := bufio.NewReader(theirs)
		for range 3 { // CONNECT, SUB, PING
			_, _ = in.ReadString('\n')
		}
		_, _ = io.WriteString(theirs, "INFO {}\r\nPONG\r\n")
		for _, answer := range answers {
			var subject, inbox string
			var size int
			line, _ := in.ReadString('\n')
			_, _ = fmt.Sscanf(line, "PUB %s %s %d", &subject, &inbox, &size)
			content := make([]byte, size+2)
			_, _ = io.ReadFull(in, content)
			messages <- subject + " " + strings.TrimSpace(string(content))
			_, _ = io.WriteString(theirs, "PING\r\n")
			_, _ = in.ReadString('\n') // PONG
			_, _ = fmt.Fprintf(theirs, "MSG _INBOX.other.1 1 2\r\n{}\r\n%s %s 1 %d\r\n%s\r\n", answer[0], inbox, len(answer[1]), answer[1])
		}
	}()
	n := &nats{conn: ours, in: bufio.NewReader(ours), inbox: "_INBOX.test"}
	require.NoError(t, n.hello(t.Context()))
	return n, messages
}

func TestNATSWrites(t *testing.T) {
	n, messages := playNATS(t,
		[2]string{"MSG", `{"stream":"proof","seq":7}`}, [2]string{"MSG", `{"error":{"code":503,"description":"no quorum"}}`},
		[2]string{"HMSG", "NATS/1.0 503\r\n\r\n"}, [2]string{"MSG", `{}`})
	require.NoError(t, n.write(t.Context(), 42))
	require.Equal(t, "proof.42 ", <-messages)
	require.EqualError(t, n.write(t.Context(), 43), "no quorum")
	require.EqualError(t, n.write(t.Context(), 44), "nobody takes proof.44: NATS/1.0 503")
	require.EqualError(t, n.write(t.Context(), 45), "the acknowledgement has no number")
}

func TestNATSReads(t *testing.T) {
	n, messages := playNATS(t,
		[2]string{"MSG", `{"total":3,"state":{"subjects":{"proof.1":1,"proof.2":1}}}`},
		[2]string{"MSG", `{"total":3,"state":{"subjects":{"proof.9":1}}}`})
	values, err := n.values(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[int64]bool{1: true, 2: true, 9: true}, values)
	require.Equal(t, `$JS.API.STREAM.INFO.proof {"offset":0,"subjects_filter":"proof.*"}`, <-messages)
	require.Equal(t, `$JS.API.STREAM.INFO.proof {"offset":2,"subjects_filter":"proof.*"}`, <-messages)
}
