# For interactive shells. SCOPE_PROMPT says where one is (scope:NAMESPACE/POD); the agent sets it.

# The root is read-only, and what is typed while looking into a pod may hold its secrets.
unset HISTFILE

# A terminal that is not described here is nearly always one that understands xterm's language.
if [[ ! -e /lib/terminfo/${TERM:0:1}/$TERM && ! -e /usr/share/terminfo/${TERM:0:1}/$TERM ]]; then
  export TERM=xterm-256color
fi

if [[ -n $NO_COLOR || $TERM == dumb ]]; then
  PS1='${SCOPE_PROMPT:-endoscope}:\w\$ '
else
  PS1='\[\e[1;36m\]${SCOPE_PROMPT:-endoscope}\[\e[0m\]:\w\$ '
  alias ls='ls --color=auto' grep='grep --color=auto' ip='ip -color=auto'
fi
alias ll='ls -l'
shopt -s checkwinsize
